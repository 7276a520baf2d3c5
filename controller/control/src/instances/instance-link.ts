import { Injectable } from '@nestjs/common';
import type { ConformanceResult } from '@openstation/proto';
import type { z } from 'zod';
import type { logLineSchema } from '../operations/operations.schema.js';

export type InstanceLogLine = z.infer<typeof logLineSchema>;

export interface ProbeAnswer {
  readonly ok: boolean;
  readonly latencyMs: number;
  readonly message: string;
}

/** What can be asked of the agent of an instance right now. Errors are `ApiError`s. */
export interface InstanceTalk {
  readLog(nodeId: string, instanceId: string, tail: number, signal: AbortSignal): Promise<InstanceLogLine[]>;
  followLog(nodeId: string, instanceId: string, tail: number, signal: AbortSignal): AsyncIterable<InstanceLogLine>;
  probe(nodeId: string, instanceId: string): Promise<ProbeAnswer>;
  /** What the engine can do, tried on its node; takes up to some minutes. */
  conformance(nodeId: string, instanceId: string): Promise<ConformanceResult>;
}

/** The dispatcher, which lies above this room, plugs itself in here. */
@Injectable()
export class InstanceLink {
  #talk: InstanceTalk | undefined;

  provide(talk: InstanceTalk): void {
    this.#talk = talk;
  }

  get talk(): InstanceTalk {
    if (!this.#talk) throw new Error('the dispatcher has not started yet');
    return this.#talk;
  }
}
