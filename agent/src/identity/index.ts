/** How this node becomes a member; what every member does then is in `@openstation/member`. */
export { ensureMember, type JoinSettings } from './member.js';
