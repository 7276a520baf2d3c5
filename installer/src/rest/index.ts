/** The controller's REST API, spoken as the administrator of this machine. */
export { ControlClient, RestError } from './control-client.js';
export { consoleFingerprint, learnAuthority, pinnedAuthority } from './pinned-authority.js';
export type {
  AgentRelease, Bootstrap, CustomEngine, Download, Engine, EngineImage, HostKeys, ImportReport, Instance, JoinToken, LogLine, Model, ModelFamily, ModelHolder, Node, NodeEvent, Operation, Plan, RemovalPreview, Service,
  InstanceCheck, InstanceRun, Scaling, ServiceEvent, ServiceRevision, WhatIf,
} from './rest-types.js';
