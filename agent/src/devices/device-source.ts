import type { Gpu, GpuMetrics, MigInstance } from '@openstation/proto';

/** One card as its vendor's tool tells it now. Numbers the tool does not know are absent. */
export interface DeviceReading {
  readonly gpu: Gpu;
  readonly metrics: GpuMetrics;
  /** The row was cut off: what is missing says nothing. */
  readonly cut: boolean;
}

/** A card the tool could not even open, by its PCI address. */
export interface DeviceFault {
  readonly pciAddress: string;
  readonly lost: boolean;
  readonly text: string;
}

/**
 * One question to a vendor's tool:
 * `absent` no tool, a node without such cards · `answered` the list is complete, cards that are not in it are gone ·
 * `failed` the tool ended with an error or half an answer: cards that are not in it are unknown · `hanging` no answer.
 */
export interface DeviceSurvey {
  readonly state: 'absent' | 'answered' | 'failed' | 'hanging';
  readonly readings: readonly DeviceReading[];
  readonly faults: readonly DeviceFault[];
  /** What the tool said besides readings, with the way out where it is known; may come with readings. */
  readonly error: string;
}

export interface DeviceProcess {
  readonly uuid: string;
  readonly pid: number;
  readonly name: string;
  readonly memoryBytes: number | undefined;
}

/** Something the kernel logged about a card: NVIDIA calls it Xid. */
export interface DeviceEvent {
  readonly pciAddress: string;
  readonly number: number;
  readonly text: string;
  readonly atMs: number;
  /** Milliseconds after the start of the machine: names the event, whatever the clock does. */
  readonly sinceBootMs: number;
  /** `info`: nothing to do · `warning`: most often a program's own fault · `error`: the card is not to be trusted. */
  readonly severity: 'info' | 'warning' | 'error';
  readonly meaning: string;
}

/**
 * The adapter of one vendor. Another vendor is another implementation (its tool's words stay inside); nothing above
 * this interface knows a vendor. No method rejects and none takes longer than its tool's deadline.
 */
export interface DeviceSource {
  readonly vendor: string;
  /** `known`: uuids seen before, asked one by one when the tool fails over a single card. */
  survey(known: readonly { readonly uuid: string; readonly pciAddress: string }[]): Promise<DeviceSurvey>;
  processes(): Promise<readonly DeviceProcess[]>;
  /** Instances a card is cut into, by the card's uuid. */
  partitions(): Promise<ReadonlyMap<string, readonly MigInstance[]>>;
  /** What the kernel logged since the last call; the first call tells everything since the machine started. */
  events(): Promise<readonly DeviceEvent[]>;
}
