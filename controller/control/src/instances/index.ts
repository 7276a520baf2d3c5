/** Running copies of services: their life, who may write what, and how to reach them. */
export { InstanceCatalogue, type RoutableInstance } from './instance-catalogue.js';
export { freshMember, heldSeats, nodeIdsOf, seatsOf, type GroupMember, type Seat } from './group-member.js';
export { InstanceLink, type InstanceLogLine, type InstanceTalk, type ProbeAnswer } from './instance-link.js';
export { InstanceSignals, type InstanceNews } from './instance-signals.js';
export { InstanceViews, instanceView, isUnknown, type InstanceView } from './instance-views.js';
export type { InstanceDiagnosis } from './instance-diagnosis.js';
export { sameWish, type InstanceWish } from './instance-wish.js';
export { holdsResources, instanceStates, isEnded, type InstanceState } from './instance.machine.js';
export { InstanceRepository, type NewInstance } from './instance.repository.js';
export { InstancesModule } from './instances.module.js';
export { LogKeeper } from './log-keeper.js';
export { InstanceRow } from './instances.store.js';
export type { ObservedStatus } from './observed-status.js';
