export { Api, apiBase, apiUrl, askingDeadlineMs } from './api';
export { ApiFailure, unreachableCode } from './api-failure';
export type {
  AgentRelease, ApiKey, AuditEntry, Bootstrap, Call, Conformance, ConsoleEvent, CustomEngine, Diagnosis, Download, DownloadDetail, DownloadPreview, Engine, EngineImage, Gpu,
  HostKeys, HubSettings, ImportReport, Instance, InstanceCheck, InstanceMember, InstanceRun, JoinToken, LogLine, Me, Model, ModelCardInput,
  ModelFamily, ModelFiles, ModelHolder, ModelSpace, ModelVariant, Node, NodeEvent, NodeHistory, NodeRemovalPreview, NodeSession, Operation,
  OperationStep, Overview, Permission, Plan, PreflightRow, RepositoryLookup, Role, Scaling, ServerCredential, Service, ServiceEvent, ServiceRequest,
  ServiceRevision, Settings, SignInSession, System, UsageSummary, User, WhatIf,
} from './api-types';
export { openEventStream } from './event-stream';
export type { EventStream, OpenEventStream } from './event-stream';
export { lineStream } from './line-stream';
export type { LineStream } from './line-stream';
export { LiveStore } from './live-store';
export { Paged } from './paged';
export type { Page } from './paged';
export { Session } from './session';
