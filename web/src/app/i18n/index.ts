export { Language, languages } from './language';
export type { Lang } from './language';
export { PluralTranspiler } from './plural-transpiler';
export { RootStrings } from './root-strings';
export { withStrings } from './strings';
export type { StringsLoader } from './strings';
