/** The only thing two buildings share: wire messages and the small kit that both ends need. */
export {
  EnrolmentClient,
  EnrolmentService,
  GetAuthorityReply,
  GetAuthorityRequest,
  JoinReply,
  JoinRequest,
  MemberKind,
  type EnrolmentServer,
} from './gen/openstation/v1/enrolment.pb.js';
export {
  Assignment,
  Desired,
  InstanceState,
  InstanceStatus,
  LaunchIntent,
  ModelReference,
  NetworkMode,
  Orphan,
} from './gen/openstation/v1/instance.pb.js';
export {
  DriverInfo,
  Gpu,
  GpuMetrics,
  Inventory,
  Metrics,
  NodeEngine,
} from './gen/openstation/v1/node.pb.js';
export {
  AgentMessage,
  AssignmentSet,
  AssignmentSet_Kind,
  CachedModel,
  ControlMessage,
  DispatcherClient,
  DispatcherService,
  FetchFileRequest,
  FileChunk,
  GetManifestRequest,
  Goodbye,
  Goodbye_Reason,
  Heartbeat,
  Hello,
  LogCancel,
  LogChunk,
  LogLine,
  LogRequest,
  ModelFile,
  ModelManifest,
  ProbeRequest,
  ProbeResult,
  RenewCertificateReply,
  RenewCertificateRequest,
  StatusAck,
  StatusBatch,
  Welcome,
  type DispatcherServer,
} from './gen/openstation/v1/dispatcher.pb.js';
export {
  CallOutcome,
  CallRecord,
  GatewayLinkClient,
  GatewayLinkService,
  KeyEntry,
  KeyState,
  RenewGatewayCertificateReply,
  RenewGatewayCertificateRequest,
  ReportCallsReply,
  ReportCallsRequest,
  Route,
  RouteTable,
  Target,
  WatchRoutesRequest,
  type GatewayLinkServer,
} from './gen/openstation/v1/gateway.pb.js';
export { apiKeyDigest, newApiKey, parseApiKey, sameDigest, type ApiKeyParts } from './api-key.js';
export { AssignmentSequence, SequenceGapError } from './assignment-sequence.js';
export { AGENT_ERROR_HEADER, ENGINE_PATHS, INSTANCE_HEADER, type AgentErrorCode } from './data-plane.js';
export { findSession, sessionAddress } from './find-session.js';
export { CONTROLLER_CHANNEL_OPTIONS, JoinError, controllerCredentials, joinCluster, newSigningRequest, type JoinedMember, type JoinWish } from './join-cluster.js';
export { authorityPin, formatJoinToken, joinSecretDigest, newJoinToken, parseJoinToken, type JoinToken } from './join-token.js';
export { formatMemberUri, memberFromSubjectAltName, parseMemberUri, type MemberIdentity, type MemberRole } from './member-identity.js';
export { PROTOCOL_VERSION } from './protocol-version.js';
