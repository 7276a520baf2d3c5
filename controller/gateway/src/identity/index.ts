/** How this gateway becomes a member; what every member does then is in `@openstation/member`. */
export { NoJoinTokenError, obtainIdentity, type JoinSource } from './identity.js';
