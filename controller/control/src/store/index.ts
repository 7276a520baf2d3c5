export { bigNumber, flag, instantColumn, jsonColumn, longText, realNumber, smallNumber, tableColumn, text, uid } from './columns.js';
export type { StoreOptions } from './connections.js';
export { newId } from './new-id.js';
export { Store, type Dialect, type Tx } from './store.js';
export { isUniqueViolation } from './unique-violation.js';
