import type { components, paths } from './schema.gen';

type Schemas = components['schemas'];

export type Node = Schemas['Node'];
export type Gpu = Schemas['Gpu'];
export type NodeHistory = Schemas['NodeHistory'];
export type NodeEvent = Schemas['NodeEvent'];
export type NodeSession = Schemas['NodeSession'];
export type NodeRemovalPreview = Schemas['NodeRemovalPreview'];
export type HostKeys = Schemas['HostKeys'];
export type Bootstrap = Schemas['Bootstrap'];
export type PreflightRow = Schemas['PreflightRow'];
export type ServerCredential = Schemas['ServerCredential'];
export type AgentRelease = Schemas['AgentRelease'];
export type Model = Schemas['Model'];
export type ModelFamily = Schemas['ModelFamily'];
export type ModelVariant = Schemas['ModelVariantView'];
export type ModelCardInput = Schemas['ModelCardInput'];
export type RepositoryLookup = Schemas['RepositoryLookup'];
export type Download = Schemas['Download'];
export type DownloadDetail = Schemas['DownloadDetail'];
export type DownloadPreview = Schemas['DownloadPreview'];
export type HubSettings = Schemas['HubSettings'];
export type ModelHolder = Schemas['ModelHolder'];
export type ModelFiles = Schemas['ModelFiles'];
export type ModelSpace = Schemas['ModelSpace'];
export type ImportReport = Schemas['ImportReport'];
export type Service = Schemas['Service'];
export type Instance = Schemas['Instance'];
export type User = Schemas['User'];
export type ApiKey = Schemas['ApiKey'];
export type Call = Schemas['Call'];
export type Plan = Schemas['Plan'];
export type Operation = Schemas['Operation'];
export type OperationStep = Schemas['OperationStep'];
export type Overview = Schemas['Overview'];
export type Me = Schemas['Me'];
export type Engine = Schemas['Engine'];
export type EngineImage = Schemas['EngineImage'];
export type CustomEngine = Schemas['CustomEngine'];
export type LogLine = Schemas['LogLine'];
export type Settings = Schemas['Settings'];
export type System = Schemas['System'];
export type SignInSession = Schemas['SignInSession'];
export type AuditEntry = Schemas['AuditEntry'];
export type JoinToken = Schemas['JoinToken'];
export type UsageSummary = Schemas['UsageSummary'];
export type InstanceCheck = Schemas['InstanceCheck'];
export type ServiceRequest = Schemas['ServiceRequest'];
export type Scaling = Schemas['Scaling'];
export type ServiceRevision = Schemas['ServiceRevision'];
export type ServiceEvent = Schemas['ServiceEvent'];
export type InstanceRun = Schemas['InstanceRun'];
export type InstanceMember = Schemas['InstanceMember'];
export type Diagnosis = Schemas['Diagnosis'];
export type Conformance = Schemas['Conformance'];
export type WhatIf = Schemas['WhatIf'];
export type ConsoleEvent = Schemas['ConsoleEvent'];
export type Permission = Me['permissions'][number];
export type Role = Me['role'];

type Verb = 'get' | 'post' | 'patch' | 'put' | 'delete';
type OperationOf<P extends keyof paths, V extends Verb> = paths[P][V];

/** Paths that have an operation for the verb. */
export type PathsWith<V extends Verb> = {
  [P in keyof paths]: paths[P][V] extends { responses: unknown } ? P : never;
}[keyof paths];

type SuccessStatus = 200 | 201 | 202;
/** The type of the JSON answer; `undefined` where there is none. */
export type Answer<P extends keyof paths, V extends Verb> =
  OperationOf<P, V> extends { responses: infer R }
    ? R[Extract<keyof R, SuccessStatus>] extends { content: { 'application/json': infer B } }
      ? B
      : undefined
    : never;

type PathParameters<O> = O extends { parameters: { path: infer P extends object } } ? { params: P } : { params?: never };
type QueryParameters<O> = O extends { parameters: { query?: infer Q } }
  ? [NonNullable<Q>] extends [never]
    ? { query?: never }
    : { query?: NonNullable<Q> }
  : { query?: never };
type Body<O> = O extends { requestBody: { content: { 'application/json': infer B } } }
  ? { body: B }
  : O extends { requestBody?: never }
    ? { body?: never }
    : O extends { requestBody?: { content: { 'application/json': infer B } } }
      ? { body?: B }
      : { body?: never };

/** What a call takes besides its path; see {@link Api}. */
export type CallOptions<P extends keyof paths, V extends Verb> = PathParameters<OperationOf<P, V>> &
  QueryParameters<OperationOf<P, V>> &
  Body<OperationOf<P, V>> & { signal?: AbortSignal; /** Longer than usual, where the controller itself asks somebody else first. */ deadlineMs?: number };

/** The options argument may be left out when nothing in it is required. */
export type OptionsArgument<P extends keyof paths, V extends Verb> =
  Partial<CallOptions<P, V>> extends CallOptions<P, V> ? [options?: CallOptions<P, V>] : [options: CallOptions<P, V>];
