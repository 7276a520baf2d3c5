import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import { LOGGER } from '../config/index.js';
import { Operations } from '../operations/index.js';
import { Store } from '../store/index.js';
import { BootstrapJob } from './bootstrap-job.js';
import { BootstrapRunner } from './bootstrap-runner.js';
import { JobFault } from './job-fault.js';
import { JobLog } from './job-log.js';

/** So long a credential waits in memory for a person. */
const IDLE_MS = 30 * 60_000;

/** The jobs in memory: starts their runs, records how they end, forgets their credentials. */
@Injectable()
export class BootstrapJobs {
  readonly #jobs = new Map<string, BootstrapJob>();
  #closing = false;

  constructor(
    private readonly store: Store,
    private readonly operations: Operations,
    private readonly runner: BootstrapRunner,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  get(nodeId: string): BootstrapJob | undefined {
    return this.#jobs.get(nodeId);
  }

  open(nodeId: string, operationId: string, place: string): BootstrapJob {
    const secrets = () => this.#jobs.get(nodeId)?.secrets() ?? [];
    const log = new JobLog(this.operations, operationId, secrets, (error) => this.logger.warn({ err: error, nodeId }, 'a log line could not be written'));
    const job = new BootstrapJob(nodeId, operationId, place, log);
    this.#jobs.set(nodeId, job);
    return job;
  }

  /** A job runs, or waits for a person, on that "host:port". */
  busyWith(place: string, exceptNodeId?: string): boolean {
    return [...this.#jobs.values()].some((job) => job.place === place && job.nodeId !== exceptNodeId && (job.running !== undefined || job.waiting));
  }

  start(job: BootstrapJob, reviewed: boolean): void {
    clearTimeout(job.idle);
    job.waiting = false;
    job.abort = new AbortController();
    job.running = this.#run(job, reviewed).finally(() => (job.running = undefined));
  }

  /** Ends a run and waits until it has ended; records nothing. */
  async stop(job: BootstrapJob): Promise<void> {
    clearTimeout(job.idle);
    job.waiting = false;
    job.abort.abort();
    await job.running;
  }

  drop(job: BootstrapJob): void {
    job.disconnect();
    job.forgetCredential();
    this.#jobs.delete(job.nodeId);
  }

  async close(): Promise<void> {
    this.#closing = true;
    const jobs = [...this.#jobs.values()];
    await Promise.all(jobs.map((job) => this.stop(job)));
    for (const job of jobs) this.drop(job);
  }

  /** Records a failure from which the job can be taken up. */
  async fail(job: BootstrapJob, { code, message }: JobFault): Promise<void> {
    job.log.note(`failed: ${message}`);
    await job.log.settle();
    await this.store.transaction((tx) => this.operations.fail(tx, job.operationId, message, { code, can: ['retry', 'give-up'] }));
    job.disconnect();
    this.#rest(job, () => Promise.resolve());
  }

  async #run(job: BootstrapJob, reviewed: boolean): Promise<void> {
    try {
      const end = await this.runner.run(job, reviewed);
      if (end === 'waiting') await this.#wait(job);
      else await this.#succeed(job);
    } catch (error) {
      // Stopped by a shutdown or by giving up: whoever stopped it says how it goes on.
      if (this.#closing || job.abort.signal.aborted) return;
      const fault = error instanceof JobFault ? error : new JobFault('internal', 'an unexpected fault of the controller');
      await this.fail(job, fault).catch((problem: unknown) => this.logger.error({ err: problem, nodeId: job.nodeId }, 'the end of a job that adds a node could not be recorded'));
    }
  }

  async #succeed(job: BootstrapJob): Promise<void> {
    job.log.note('the node is ready');
    await job.log.settle();
    await this.store.transaction((tx) => this.operations.succeed(tx, job.operationId));
    this.drop(job);
  }

  async #wait(job: BootstrapJob): Promise<void> {
    await job.log.settle();
    await this.store.transaction((tx) => this.operations.turn(tx, job.operationId, { state: 'waiting', phase: 'review', can: ['continue', 'give-up'] }));
    job.disconnect();
    job.waiting = true;
    this.#rest(job, () => this.fail(job, new JobFault('needs-password', `nobody decided within ${IDLE_MS / 60_000} minutes, and the credential was forgotten: give it again to go on`)));
  }

  #rest(job: BootstrapJob, then: () => Promise<void>): void {
    clearTimeout(job.idle);
    job.idle = setTimeout(() => {
      job.waiting = false;
      job.forgetCredential();
      then().catch((error: unknown) => this.logger.error({ err: error, nodeId: job.nodeId }, 'a job that waited too long could not be ended'));
    }, IDLE_MS);
    job.idle.unref();
  }
}
