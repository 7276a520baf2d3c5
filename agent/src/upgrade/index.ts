/** Replacing this agent by a newer signed one. */
export { Installation, type UpgradeNote } from './installation.js';
export { judgeOrder, type OwnRelease } from './order-check.js';
export { Upgrader, type UpgraderParts } from './upgrader.js';
