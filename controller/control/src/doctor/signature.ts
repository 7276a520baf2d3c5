import type { EngineId } from '../engines/index.js';

/** What is known of the service whose engine is looked at; proposals are made from it. */
export interface Patient {
  readonly engine: EngineId | 'custom';
  readonly parameters: string;
  readonly contextLength: number;
  readonly parallel: number;
  /** Attention heads of the model; null when its files do not tell. */
  readonly heads: number | null;
}

/** A change that is likely to mend it. What is absent stays as it is. */
export interface Remedy {
  readonly label: string;
  readonly set?: { readonly flag: string; readonly value: string | null };
  readonly unset?: string;
  readonly contextLength?: number;
  readonly parallel?: number;
}

/** One known cause. */
export interface Signature {
  readonly code: string;
  /** Looked for line by line, the first line that matches is the evidence. */
  readonly pattern: RegExp;
  /** Absent: any engine. */
  readonly engines?: readonly EngineId[];
  readonly title: string;
  readonly advice: (match: RegExpExecArray, patient: Patient) => string;
  readonly remedy?: (match: RegExpExecArray, patient: Patient) => Remedy | undefined;
}

export function always(text: string): () => string {
  return () => text;
}
