/** How servers and gateways become members. */
export { EnrolmentModule } from './enrolment.module.js';
export { joinHost, type OwnHosts } from './join-command.js';
export { JoinTokens, TOKEN_LIFE_MS } from './join-tokens.js';
