export { icons } from './icons';
export { LostPage } from './lost-page';
export { PageTitle } from './page-title';
export { Preferences } from './preferences';
export { ProductMark } from './product-mark';
export { Theme } from './theme';
