/** What the controller wants of this node. */
export { accepted, settled } from './assignment.reconciler.js';
export { Assignments } from './assignments.js';
