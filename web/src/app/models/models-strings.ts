import { withStrings } from '../i18n';

/** Spread into every route that shows pieces of the model library. */
export const modelsStrings = withStrings('models', { zh: () => import('./i18n/zh.json'), en: () => import('./i18n/en.json') });
