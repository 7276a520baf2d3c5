import type { z } from 'zod';
import type { Engine, EngineId } from '../engines/index.js';
import type { ModelFormat, ModelShape } from '../models/index.js';
import type { NodeState } from '../nodes/index.js';
import type { NodeInterface } from './group-network.js';
import type { planSchema } from '../services/services.schema.js';

export type Plan = z.infer<typeof planSchema>;
export type PlanNote = Plan['notes'][number];
export type Mode = Plan['mode'];

export interface PlanRequest {
  readonly mode: Mode | undefined;
  readonly engine: EngineId | undefined;
  /** Extra parameters as typed. */
  readonly parameters: string;
  /** Empty: any node. For a distributed deployment the first one is the head. */
  readonly nodeIds: readonly string[];
  readonly contextLength: number | undefined;
  readonly parallel: number | undefined;
  /** Cards by node, as a person chose them; a node without an entry: the planner chooses. */
  readonly cards?: readonly { readonly nodeId: string; readonly gpuUuids: readonly string[] }[] | undefined;
  /** Interface by name that members of a group talk over; absent or null: the one of each node's address. */
  readonly networkInterface?: string | null | undefined;
  /** Where the model is likely to lie already; wins over spreading. */
  readonly preferredNodeId?: string | undefined;
}

export interface PlanModel {
  readonly format: ModelFormat;
  readonly weightsBytes: number;
  readonly contextLength: number | null;
  readonly shape: ModelShape | null;
  /** "BF16", "F16" …; null where the files do not tell. */
  readonly dataType: string | null;
  readonly quantisation: string | null;
  /** Code that ships inside it was approved: engines are told to run it. */
  readonly runsCode?: boolean;
}

export interface PlanCard {
  readonly uuid: string;
  readonly index: number;
  readonly name: string;
  /** "8.6"; null where the driver does not tell. */
  readonly computeCapability: string | null;
  readonly memoryBytes: number;
  /** Used by anything, ours or not; null when not measured. */
  readonly usedBytes: number | null;
  /** An instance of ours holds it. */
  readonly taken: boolean;
  /** Why nothing new goes on it; absent: it is trusted. */
  readonly quarantine?: string | undefined;
}

export interface PlanNode {
  readonly id: string;
  readonly name: string;
  readonly state: NodeState;
  /** Why it takes nothing new (maintenance, a drain), as a continuation of its name; absent: it does. */
  readonly unavailable?: string | undefined;
  /** Null until the agent told what the node is made of. */
  readonly memoryBytes: number | null;
  readonly cores: number;
  /** Newest measured use; null when unknown. */
  readonly usedBytes: number | null;
  /** What instances bound to the node need by their own plans, loaded or not. */
  readonly reservedBytes: number;
  readonly engines: readonly string[];
  /** Image or version that each engine starts with there, by the engine's id; absent: as shipped. */
  readonly engineVersions?: Readonly<Record<string, string>>;
  /** Why it would not start the image that an engine has now, by engine, as a continuation of its name; absent: nothing is known against it. */
  readonly imageProblems?: ReadonlyMap<string, string>;
  /** What administrators' engines are like, whether the node offers them or not; the same on every node. */
  readonly customEngines?: readonly Engine[];
  readonly cards: readonly PlanCard[];
  readonly interfaces?: readonly NodeInterface[];
  /** Instances of the service that is planned, and of all services: for spreading. */
  readonly ownInstances: number;
  readonly instances: number;
}
