import type { components } from './schema.gen.js';

type Schemas = components['schemas'];

/** What the controller answers, from its OpenAPI document. */
export type ApiKey = Schemas['ApiKey'];
export type Download = Schemas['Download'];
export type Instance = Schemas['Instance'];
export type LogLine = Schemas['LogLine'];
export type Model = Schemas['Model'];
export type ModelFamily = Schemas['ModelFamily'];
export type ModelHolder = Schemas['ModelHolder'];
export type Node = Schemas['Node'];
export type NodeEvent = Schemas['NodeEvent'];
export type Operation = Schemas['Operation'];
export type Bootstrap = Schemas['Bootstrap'];
export type HostKeys = Schemas['HostKeys'];
export type Engine = Schemas['Engine'];
export type EngineImage = Schemas['EngineImage'];
export type CustomEngine = Schemas['CustomEngine'];
export type JoinToken = Schemas['JoinToken'];
export type AgentRelease = Schemas['AgentRelease'];
export type ImportReport = Schemas['ImportReport'];
export type RemovalPreview = Schemas['NodeRemovalPreview'];
export type Plan = Schemas['Plan'];
export type Service = Schemas['Service'];
export type InstanceRun = Schemas['InstanceRun'];
export type Scaling = Schemas['Scaling'];
export type ServiceEvent = Schemas['ServiceEvent'];
export type ServiceRevision = Schemas['ServiceRevision'];
export type InstanceCheck = Schemas['InstanceCheck'];
export type WhatIf = Schemas['WhatIf'];
export type User = Schemas['User'];

/** What is asked for when a service is deployed; what is absent the controller chooses. */
export type ServiceWish = Pick<Schemas['ServiceRequest'], 'name' | 'modelId'> & Partial<Schemas['ServiceRequest']>;

export interface CreatedKey {
  readonly key: ApiKey;
  readonly secret: string;
}
