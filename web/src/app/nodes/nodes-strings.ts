import { withStrings } from '../i18n';

/** Spread into every route that shows pieces of the nodes feature. */
export const nodesStrings = withStrings('nodes', { zh: () => import('./i18n/zh.json'), en: () => import('./i18n/en.json') });
