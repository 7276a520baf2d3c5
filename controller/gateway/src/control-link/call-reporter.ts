import type { Logger } from '@openstation/kit';
import type { CallRecord } from '@openstation/proto';
import type { CallSpool } from './call-spool.js';

export interface CallReporterOptions {
  /** Rejects when the controller did not acknowledge. Undefined while there is no identity yet. */
  readonly send: (calls: CallRecord[], dropped: number) => Promise<void>;
  readonly spool: Pick<CallSpool, 'load' | 'append' | 'replace' | 'clear'>;
  readonly log: Logger;
  readonly everyMs?: number;
  readonly capacity?: number;
}

const EVERY_MS = 250;
const CAPACITY = 100_000;
/** About 300 bytes each: well below the link's 1 MiB a message. */
const BATCH = 1000;

/**
 * Delivers call records at least once: sent in batches, kept until acknowledged, written to the spool as soon as a
 * batch fails. When the buffer is full the oldest go and are counted.
 */
export class CallReporter {
  #pending: CallRecord[] = [];
  /** How many of `pending`, counted from the end, are not in the spool yet: records join at the end and leave from the front. */
  #unspooled = 0;
  /** Lines in the spool file, delivered ones included. */
  #spoolLines = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  #failing = false;

  constructor(private readonly options: CallReporterOptions) {}

  /** Takes up what an earlier process left, and starts. */
  async start(): Promise<void> {
    const left = await this.options.spool.load();
    this.#pending = [...left, ...this.#pending];
    this.#spoolLines = left.length;
    this.#timer = setInterval(() => void this.flush(), this.options.everyMs ?? EVERY_MS);
  }

  add(record: CallRecord): void {
    this.#pending.push(record);
    this.#unspooled += 1;
    const over = this.#pending.length - (this.options.capacity ?? CAPACITY);
    if (over <= 0) return;
    this.#pending.splice(0, over);
    this.#dropped += over;
  }

  /** Records lost since the start because the buffer was full. */
  get dropped(): number {
    return this.#dropped;
  }

  get pending(): number {
    return this.#pending.length;
  }

  /** Sends what is there; never rejects. Calls during a flush join it. */
  flush(): Promise<void> {
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  /** Delivers or spools everything, then stops. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#flushing;
    await this.flush();
  }

  async #flush(): Promise<void> {
    if (this.#failing) await this.#spoolRest();
    try {
      while (this.#pending.length > 0) {
        const batch = this.#pending.slice(0, BATCH);
        await this.options.send(batch, this.#dropped);
        this.#acknowledged(new Set(batch));
        this.#unspooled = Math.min(this.#unspooled, this.#pending.length);
        if (this.#failing) this.options.log.info({ pending: this.#pending.length }, 'call records are delivered again');
        this.#failing = false;
      }
      if (this.#spoolLines > 0) await this.#clearSpool();
    } catch (error) {
      if (!this.#failing) this.options.log.warn({ reason: (error as Error).message, pending: this.#pending.length }, 'call records are kept on disk until the controller is back');
      this.#failing = true;
      await this.#spoolRest();
    }
  }

  /** By identity and not by count: the oldest may have been dropped while the batch was on its way. */
  #acknowledged(batch: ReadonlySet<CallRecord>): void {
    const first = this.#pending.findIndex((record) => !batch.has(record));
    this.#pending.splice(0, first < 0 ? this.#pending.length : first);
  }

  async #clearSpool(): Promise<void> {
    await this.options.spool.clear();
    this.#spoolLines = 0;
  }

  async #spoolRest(): Promise<void> {
    const count = Math.min(this.#unspooled, this.#pending.length);
    if (count === 0) return;
    try {
      if (this.#spoolLines + count > 2 * (this.options.capacity ?? CAPACITY)) {
        this.#spoolLines = this.#pending.length;
        await this.options.spool.replace([...this.#pending]);
      } else {
        this.#spoolLines += count;
        await this.options.spool.append(this.#pending.slice(-count));
      }
      this.#unspooled = Math.max(0, this.#unspooled - count);
    } catch (error) {
      this.options.log.error({ reason: (error as Error).message }, 'call records could not be written to disk');
    }
  }
}
