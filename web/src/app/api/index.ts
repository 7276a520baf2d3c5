export { Api, apiBase, apiUrl } from './api';
export { ApiFailure, unreachableCode } from './api-failure';
export type {
  ApiKey, AuditEntry, Call, ConsoleEvent, Engine, Gpu, Instance, InstanceCheck, JoinToken, LogLine, Me, Model, Node, Operation,
  Overview, Permission, Plan, Role, Service, ServiceRequest, Settings, SignInSession, System, UsageSummary, User,
} from './api-types';
export { openEventStream } from './event-stream';
export type { EventStream, OpenEventStream } from './event-stream';
export { lineStream } from './line-stream';
export type { LineStream } from './line-stream';
export { LiveStore } from './live-store';
export { Session } from './session';
