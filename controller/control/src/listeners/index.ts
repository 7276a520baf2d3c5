/** The two gRPC ports. */
export { AgentListener } from './agent-listener.js';
export { EnrolmentListener } from './enrolment-listener.js';
export { ListenersModule } from './listeners.module.js';
export { Refusal, peerMember, type MemberCall } from './peer-member.js';
