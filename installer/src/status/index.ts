/** What runs here, in a table. */
export { statusOf } from './status.js';
export { table } from './table.js';
