import { withStrings } from '../i18n';

/** Spread into every route that shows the password form. */
export const passwordStrings = withStrings('password', { zh: () => import('./i18n/zh.json'), en: () => import('./i18n/en.json') });
