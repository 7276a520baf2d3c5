/** The two ports for members and those who want to be one. */
export { AgentListener, type MemberRequest } from './agent-listener.js';
export { EnrolmentListener } from './enrolment-listener.js';
export { ListenersModule } from './listeners.module.js';
export { Refusal, peerMember, type MemberCall } from './peer-member.js';
