import type { z } from 'zod';
import type { engineId, engineSchema } from './engines.schema.js';
import type { FlagList } from './flag-list.js';

export type EngineId = z.infer<typeof engineId>;
export type EngineView = z.infer<typeof engineSchema>;
export type ModelFormat = 'gguf' | 'safetensors';

/**
 * A parameter a person may give, beyond what the deployment itself decides. Of an engine with lists of flags it is a
 * common one, with the platform's own bounds and words; names and choices are then the list's.
 */
export interface EngineParameter {
  readonly flag: string;
  readonly aliases?: readonly string[];
  readonly type: EngineView['parameters'][number]['type'];
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly description: string;
  /** The flag is another way to say a field of the deployment; it then rules over that field. */
  readonly field?: 'contextLength' | 'parallel';
}

/** What an engine is started with on one node. Host, port, key and model path are added there. */
export interface LaunchSpec {
  readonly contextLength: number;
  readonly parallel: number;
  /** Cards on this node. */
  readonly cards: number;
  /** Nodes of the group. */
  readonly nodes: number;
  /** Cores of the node. */
  readonly cores: number;
  readonly kvCacheBytes: number;
  /** Checked words from `readParameters`. */
  readonly extraArgv: readonly string[];
}

export interface Engine {
  readonly id: EngineId;
  readonly name: string;
  readonly description: string;
  readonly hardware: 'cpu' | 'gpu';
  readonly formats: readonly ModelFormat[];
  readonly parameters: readonly EngineParameter[];
  /** Whose lists of flags by version hold for it, beside `parameters`; absent: `parameters` are all it takes. */
  readonly flags?: FlagList['engine'];
  /** Switch that lets it run code which ships inside a model; null: it never does. */
  readonly codeFlag: '--trust-remote-code' | null;
  /** An engine that no node knows by itself: the nodes are told how to start and ask it. */
  readonly template?: { readonly image: string; readonly command: readonly string[]; readonly healthPath: string; readonly metricsPath: string | null };
  /** Bytes the process needs beside weights, KV cache and activations, per card (or once, on CPU). */
  overheadBytes(weightsPerCard: number): number;
  argv(spec: LaunchSpec): string[];
  /** Settings that follow from the plan; offline switches are the node's own business. */
  env(spec: LaunchSpec): Record<string, string>;
}
