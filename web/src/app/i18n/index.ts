export { Language, languages } from './language';
export type { Lang } from './language';
export { RootStrings } from './root-strings';
export { withStrings } from './strings';
export type { StringsLoader } from './strings';
