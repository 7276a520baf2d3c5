import { InstanceState, type InstanceStatus, type StatusBatch } from '@openstation/proto';

/** What the runner knows to say about an instance; the reporter adds revision and time. */
export type StatusUpdate = Omit<InstanceStatus, 'revision' | 'changedAtMs'>;

interface Entry {
  status: InstanceStatus;
  acknowledged: boolean;
}

/** Finished instances that are kept for a later session; the oldest go first. */
const MAX_FINISHED = 1000;

/**
 * The newest status per instance, resent until the controller has it. Nothing queues: a status that was overtaken
 * is never sent, so memory is bounded by the number of instances.
 */
export class Reporter {
  readonly #entries = new Map<string, Entry>();
  /** Revisions that travel, by batch. */
  readonly #inFlight = new Map<number, ReadonlyMap<string, number>>();
  #batch = 0;
  #lastRevision = 0;
  #wake: () => void = () => undefined;

  constructor(private readonly now: () => number) {}

  /** Called whenever there is something to send. */
  onChange(wake: () => void): void {
    this.#wake = wake;
  }

  report(update: StatusUpdate): void {
    const before = this.#entries.get(update.instanceId)?.status;
    if (before && before.generation > update.generation) return;
    const percent = before?.generation === update.generation ? Math.max(before.percent, update.percent) : update.percent;
    const next = { ...update, percent };
    if (before && sameNews(before, next)) return;
    this.#entries.set(update.instanceId, { status: { ...next, revision: this.#revision(), changedAtMs: this.now() }, acknowledged: false });
    this.#forgetOldest();
    this.#wake();
  }

  latest(instanceId: string): InstanceStatus | undefined {
    return this.#entries.get(instanceId)?.status;
  }

  /** Everything that is not acknowledged yet; undefined when there is nothing. */
  nextBatch(): StatusBatch | undefined {
    const statuses = [...this.#entries.values()].filter((entry) => !entry.acknowledged).map((entry) => entry.status);
    if (statuses.length === 0) return undefined;
    this.#batch += 1;
    this.#inFlight.set(this.#batch, new Map(statuses.map((status) => [status.instanceId, status.revision])));
    return { batch: this.#batch, statuses };
  }

  /** The controller has this batch; what changed since stays unacknowledged. */
  acknowledge(batch: number): void {
    for (const [instanceId, revision] of this.#inFlight.get(batch) ?? []) {
      const entry = this.#entries.get(instanceId);
      if (entry?.status.revision === revision) entry.acknowledged = true;
    }
    for (const older of this.#inFlight.keys()) if (older <= batch) this.#inFlight.delete(older);
  }

  /** A new session: the controller may have forgotten everything. */
  resendAll(): void {
    this.#inFlight.clear();
    for (const entry of this.#entries.values()) entry.acknowledged = false;
  }

  /** The controller asked for what it was told already: it hears it as news. */
  repeat(instanceId: string): void {
    const entry = this.#entries.get(instanceId);
    if (!entry) return;
    this.#entries.set(instanceId, { status: { ...entry.status, revision: this.#revision() }, acknowledged: false });
    this.#wake();
  }

  forget(instanceId: string): void {
    this.#entries.delete(instanceId);
  }

  /** Rises across restarts of the agent as well, because it is never below the clock. */
  #revision(): number {
    this.#lastRevision = Math.max(this.#lastRevision + 1, this.now());
    return this.#lastRevision;
  }

  #forgetOldest(): void {
    const finished = [...this.#entries].filter(([, { status, acknowledged }]) => acknowledged && (status.state === InstanceState.STOPPED || status.state === InstanceState.FAILED));
    for (const [instanceId] of finished.slice(0, Math.max(0, finished.length - MAX_FINISHED))) this.#entries.delete(instanceId);
  }
}

/** Memory alone is no news below 5 %. */
function sameNews(a: InstanceStatus, b: StatusUpdate): boolean {
  const fields = ['generation', 'state', 'ready', 'phase', 'percent', 'message', 'reason', 'handle'] as const;
  return fields.every((field) => a[field] === b[field]) && Math.abs(a.memoryBytes - b.memoryBytes) <= 0.05 * Math.max(a.memoryBytes, b.memoryBytes);
}
