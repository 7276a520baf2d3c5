/** What runs here, in a table. */
export { statusOf } from './status.js';
