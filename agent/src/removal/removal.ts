import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Backoff, deadline, sleep, type Logger } from '@openstation/kit';
import type { RemovalOrder, RemovalProgress } from '@openstation/proto';
import type { EngineDriver } from '../driver/index.js';
import { removalSteps, type RemovalStep } from './removal-plan.js';
import type { RemovalFiles } from './removal-record.js';

export interface RemovalParts {
  readonly dataDir: string;
  readonly files: RemovalFiles;
  readonly drivers: readonly EngineDriver[];
  /** Ends every turn of the runner: nothing is started or watched from here on, engines go on. */
  readonly stopManaging: () => Promise<void>;
  /** The controller was told everything: the process ends itself now. */
  readonly leave: (order: RemovalOrder) => void;
  readonly log: Logger;
}

type Send = (progress: RemovalProgress) => void;

const STOP_GRACE_MS = 10_000;
const STEP_WITHIN_MS = 60_000;
/** The last word has so long to be sent, and then to arrive. */
const LISTENER_WITHIN_MS = 60_000;
const ARRIVE_MS = 2000;

/** Takes this node out of its cluster as ordered. Every step may be done again; each is told when it is done. */
export class Removal {
  readonly #reports = new Map<RemovalStep, RemovalProgress>();
  #order: RemovalOrder | undefined;
  #send: Send | undefined;
  readonly #listened = new AbortController();

  constructor(private readonly parts: RemovalParts, private readonly signal: AbortSignal, private readonly pace = () => new Backoff({ firstMs: 1000, maxMs: 30_000 })) {}

  /** An order arrived, or was found from before a restart. The same one again is answered with where it stands. */
  begin(order: RemovalOrder): void {
    if (this.#order) {
      if (this.#order.requestId !== order.requestId) this.parts.log.warn({ requestId: order.requestId, running: this.#order.requestId }, 'a removal is under way already');
      for (const report of this.#reports.values()) this.#send?.({ ...report, requestId: order.requestId });
      return;
    }
    this.#order = order;
    this.#run(order).catch((error: unknown) => {
      if (!this.signal.aborted) this.parts.log.error({ err: error }, 'the removal stopped; the next start of the agent goes on with it');
    });
  }

  /** There is a session to report through: it hears everything again. */
  open(send: Send): void {
    this.#send = send;
    for (const report of this.#reports.values()) send(report);
    if (this.#reports.get('agent')?.finished === true) this.#listened.abort();
  }

  close(): void {
    this.#send = undefined;
  }

  async #run(order: RemovalOrder): Promise<void> {
    const { files, log } = this.parts;
    log.warn({ removeEngines: order.removeEngines, removeCaches: order.removeCaches, removeAgent: order.removeAgent }, 'this node is leaving its cluster');
    await files.saveOrder({ order, stage: 'working' });
    await this.parts.stopManaging();
    for (const step of removalSteps(order)) if (step !== 'agent') await this.#untilDone(order, step);
    this.#report({ requestId: order.requestId, step: 'agent', done: true, finished: true, message: lastWords(order) });
    await this.#heard();
    await files.saveOrder({ order, stage: 'leaving' });
    this.parts.leave(order);
  }

  async #untilDone(order: RemovalOrder, step: RemovalStep): Promise<void> {
    const pace = this.pace();
    for (;;) {
      this.signal.throwIfAborted();
      try {
        const message = await deadline(this.#perform(step), STEP_WITHIN_MS, step);
        return this.#report({ requestId: order.requestId, step, done: true, finished: false, message });
      } catch (error) {
        this.#report({ requestId: order.requestId, step, done: false, finished: false, message: `${(error as Error).message}; it is tried again` });
      }
      await sleep(pace.next(), this.signal);
    }
  }

  async #perform(step: RemovalStep): Promise<string> {
    if (step === 'caches') {
      await rm(join(this.parts.dataDir, 'models'), { recursive: true, force: true });
      return 'cached models deleted';
    }
    let count = 0;
    for (const driver of this.parts.drivers) count += step === 'engines' ? await stopAll(driver) : await removeAll(driver);
    return step === 'engines' ? `${count} engine${count === 1 ? '' : 's'} stopped` : `${count} container${count === 1 ? '' : 's'} or process directories removed`;
  }

  #report(progress: RemovalProgress & { step: string }): void {
    const { log } = this.parts;
    if (progress.done) log.info({ step: progress.step, message: progress.message }, 'removal');
    else log.warn({ step: progress.step, message: progress.message }, 'removal');
    this.#reports.set(progress.step as RemovalStep, progress);
    if (!this.#send) return;
    this.#send(progress);
    if (progress.finished) this.#listened.abort();
  }

  /** The last word was sent and had time to arrive; or nobody came to hear it, and waiting longer helps nobody. */
  async #heard(): Promise<void> {
    await sleep(LISTENER_WITHIN_MS, AbortSignal.any([this.#listened.signal, this.signal]));
    await sleep(ARRIVE_MS, this.signal);
  }
}

/** Engines of our cluster only: that is all a driver lists. */
async function stopAll(driver: EngineDriver): Promise<number> {
  const running = (await driver.list()).filter((engine) => engine.state === 'running');
  await Promise.all(running.map((engine) => driver.stop(engine.name, STOP_GRACE_MS)));
  return running.length;
}

async function removeAll(driver: EngineDriver): Promise<number> {
  const engines = await driver.list();
  await Promise.all(engines.map((engine) => driver.remove(engine.name)));
  await driver.dismantle();
  return engines.length;
}

function lastWords(order: RemovalOrder): string {
  const engines = order.removeEngines ? '' : 'engines go on running and are not managed any more; ';
  return `${engines}${order.removeAgent ? 'the agent removes itself' : 'the agent stays installed and does nothing until it joins again'}`;
}
