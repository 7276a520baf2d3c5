export { Audit, SYSTEM_ACTOR, type Actor, type AuditObject } from './audit.js';
