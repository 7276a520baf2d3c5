import { withStrings } from '../i18n';

/** Spread into every route that shows the call table. */
export const usageStrings = withStrings('usage', { zh: () => import('./i18n/zh.json'), en: () => import('./i18n/en.json') });
