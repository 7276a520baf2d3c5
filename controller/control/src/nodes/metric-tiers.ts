import type { NodeSample } from './node-inventory.js';

/** Order of the numbers of a node in every stored or kept measurement. Appending is compatible, anything else is not. */
export const NODE_METRICS = ['cpu', 'load1', 'memory', 'disk', 'disk-read', 'disk-write', 'network-rx', 'network-tx'] as const;
/** … and of one card. */
export const GPU_METRICS = ['gpu-memory', 'gpu-utilisation', 'gpu-temperature', 'gpu-power'] as const;

export interface MetricTier {
  readonly stepSeconds: number;
  readonly keepMs: number;
}

/**
 * Roll-ups in the database, finest first. Storage of one node: at most 1,440 + 2,016 + 1,440 = 4,896 rows; a row holds two
 * numbers for each of 8 + 4 × cards metrics as JSON, about 0.15 KB without cards and 0.1 KB more for each. With its keys that
 * is some 1.5 MB for a node without cards and 3.5 MB for one with four, however long the cluster lives.
 */
export const TIERS: readonly MetricTier[] = [
  { stepSeconds: 60, keepMs: 24 * 3_600_000 },
  { stepSeconds: 600, keepMs: 14 * 24 * 3_600_000 },
  { stepSeconds: 3_600, keepMs: 60 * 24 * 3_600_000 },
];

/** Cards of a node that are charted; machines have up to 16. */
export const MAX_CARDS = 16;

/** The numbers of one moment or step; NaN where nothing was measured (it fits into typed arrays). */
export interface Measured {
  readonly node: readonly number[];
  readonly gpus: ReadonlyMap<string, readonly number[]>;
}

export function measured(sample: NodeSample): Measured {
  const { cpuRatio, load1, memoryUsedBytes, diskUsedBytes, diskReadRate, diskWriteRate, networkRxRate, networkTxRate } = sample;
  const node = [cpuRatio, load1, memoryUsedBytes, diskUsedBytes, diskReadRate, diskWriteRate, networkRxRate, networkTxRate].map(orNaN);
  const gpus = sample.gpus.slice(0, MAX_CARDS).map((gpu) => [gpu.uuid, [gpu.memoryUsedBytes, gpu.utilisationRatio, gpu.temperatureCelsius, gpu.powerWatts].map(orNaN)] as const);
  return { node, gpus: new Map(gpus) };
}

/** Averages and maxima over any number of samples or finer steps. */
export class Gathered {
  samples = 0;
  readonly node = new Columns(NODE_METRICS.length);
  readonly gpus = new Map<string, Columns>();

  add({ node, gpus }: Measured, max: Measured = { node, gpus }, weight = 1): void {
    this.samples += weight;
    this.node.add(node, max.node, weight);
    for (const [uuid, values] of gpus) this.card(uuid)?.add(values, max.gpus.get(uuid) ?? values, weight);
  }

  card(uuid: string): Columns | undefined {
    const known = this.gpus.get(uuid);
    if (known || this.gpus.size >= MAX_CARDS) return known;
    const made = new Columns(GPU_METRICS.length);
    this.gpus.set(uuid, made);
    return made;
  }

  average(): Measured {
    return { node: this.node.averages(), gpus: new Map([...this.gpus].map(([uuid, columns]) => [uuid, columns.averages()])) };
  }

  maximum(): Measured {
    return { node: this.node.maxima(), gpus: new Map([...this.gpus].map(([uuid, columns]) => [uuid, columns.maxima()])) };
  }
}

class Columns {
  readonly #sums: Float64Array;
  readonly #weights: Float64Array;
  readonly #maxima: Float64Array;

  constructor(width: number) {
    this.#sums = new Float64Array(width);
    this.#weights = new Float64Array(width);
    this.#maxima = new Float64Array(width).fill(NaN);
  }

  add(values: readonly number[], maxima: readonly number[], weight: number): void {
    for (let index = 0; index < this.#sums.length; index += 1) {
      const value = values[index] ?? NaN;
      if (Number.isNaN(value)) continue;
      this.#sums[index] = (this.#sums[index] ?? 0) + value * weight;
      this.#weights[index] = (this.#weights[index] ?? 0) + weight;
      const top = maxima[index] ?? value;
      const now = this.#maxima[index] ?? NaN;
      this.#maxima[index] = Number.isNaN(now) ? top : Math.max(now, top);
    }
  }

  averages(): number[] {
    return Array.from(this.#sums, (sum, index) => sum / (this.#weights[index] ?? 0));
  }

  maxima(): number[] {
    return [...this.#maxima];
  }
}

export interface Window {
  readonly fromMs: number;
  readonly stepMs: number;
  readonly steps: number;
  /** Where to read it; undefined: from memory, at the pace of heartbeats. */
  readonly tier: MetricTier | undefined;
}

/** Minutes that memory holds. */
export const RING_MINUTES = 60;
const HEARTBEAT_S = 5;

/**
 * How a window is answered with at most `points` steps: the coarsest source that still has a value for every step, and
 * steps that are whole multiples of the source's. The last step is the one that is under way.
 */
export function windowOf(minutes: number, points: number, now: number): Window {
  const wanted = Math.ceil((minutes * 60) / points);
  const reaching = TIERS.filter(({ keepMs }) => keepMs >= minutes * 60_000);
  const coarse = reaching.filter(({ stepSeconds }) => stepSeconds <= wanted).at(-1);
  const tier = coarse ?? (minutes <= RING_MINUTES ? undefined : reaching[0]);
  const base = tier?.stepSeconds ?? HEARTBEAT_S;
  const stepMs = Math.ceil(wanted / base) * base * 1000;
  const steps = Math.max(1, Math.min(points, Math.floor((minutes * 60_000) / stepMs)));
  const fromMs = (Math.floor(now / stepMs) + 1 - steps) * stepMs;
  return { fromMs, stepMs, steps, tier };
}

/** Numbers as they are stored: four significant digits are more than any chart shows. */
export function stored(values: readonly number[]): (number | null)[] {
  return values.map((value) => (Number.isNaN(value) ? null : Number(value.toPrecision(4))));
}

export function orNaN(value: number | null | undefined): number {
  return value ?? NaN;
}
