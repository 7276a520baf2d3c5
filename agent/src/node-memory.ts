import { join } from 'node:path';
import { readJsonFile, writeFileAtomic, type Logger } from '@openstation/kit';
import type { NodeNotice } from '@openstation/proto';
import type { KnownDevice } from './devices/index.js';
import { NOTHING_TOLD, type Told } from './notices/index.js';

/** What one start of the machine knows beyond the agent's process: which cards were there, and what was told already. */
export interface NodeMemory {
  readonly bootId: string;
  readonly devices: readonly KnownDevice[];
  readonly told: Told;
  /** The newest event of the kernel that was told, milliseconds after the machine's start. */
  readonly eventsUntilMs: number;
  /** Notices that no session has heard for sure. */
  readonly unheard: readonly NodeNotice[];
}

/** A file of convenience: without it news are told twice after a restart of the agent, so a damaged one is no more than that. */
export class NodeMemoryFile {
  readonly #path: string;
  #written = '';

  constructor(dataDir: string, private readonly log: Logger) {
    this.#path = join(dataDir, 'node-memory.json');
  }

  /** Of this start of the machine only: after a restart everything is looked at afresh. */
  async load(bootId: string): Promise<NodeMemory> {
    const empty: NodeMemory = { bootId, devices: [], told: NOTHING_TOLD, eventsUntilMs: -1, unheard: [] };
    try {
      const found = await readJsonFile<NodeMemory>(this.#path);
      return found?.bootId === bootId && bootId !== '' ? { ...empty, ...found } : empty;
    } catch (error) {
      this.log.warn({ reason: (error as Error).message }, 'what was known of this node cannot be read and is learnt again');
      return empty;
    }
  }

  /** Writes only what changed; numbers of the moment are left out, so that a quiet node writes nothing. */
  async save(memory: NodeMemory): Promise<void> {
    const devices = memory.devices.map((device) => ({ ...device, metrics: { uuid: device.gpu.uuid, processes: [], health: device.metrics.health, healthMessage: device.metrics.healthMessage } }));
    const text = JSON.stringify({ ...memory, devices });
    if (text === this.#written) return;
    try {
      await writeFileAtomic(this.#path, text);
      this.#written = text;
    } catch (error) {
      this.log.debug({ reason: (error as Error).message }, 'what is known of this node cannot be written'); // a full disk is told in another way
    }
  }
}
