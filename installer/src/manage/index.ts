/** Nodes, models, services and long jobs from the command line. */
export { addManagement } from './add-management.js';
export type { Desk } from './desk.js';
