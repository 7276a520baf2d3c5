/** How this node leaves its cluster. */
export { leave } from './leave.js';
export { Removal } from './removal.js';
export { RemovalFiles, howToJoinAgain } from './removal-record.js';
