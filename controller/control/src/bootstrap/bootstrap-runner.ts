import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import { LOGGER } from '../config/index.js';
import { ApiError } from '../http/index.js';
import { Operations } from '../operations/index.js';
import { Store } from '../store/index.js';
import { AgentSteps } from './agent-steps.js';
import type { BootstrapJob } from './bootstrap-job.js';
import { BootstrapRepository } from './bootstrap.repository.js';
import { JobFault } from './job-fault.js';
import { blocking } from './preflight.machine.js';
import { ServerSteps, type StepRun } from './server-steps.js';

export const STEPS = ['connect', 'preflight', 'container-engine', 'gpu', 'agent', 'heartbeat', 'probe-container'] as const;
type StepId = (typeof STEPS)[number];

/** Where each step begins and ends on the bar, by how long it takes on a fresh server. */
const SPAN: Readonly<Record<StepId, readonly [number, number]>> = {
  connect: [0, 3], preflight: [3, 10], 'container-engine': [10, 40], gpu: [40, 65], agent: [65, 88], heartbeat: [88, 94], 'probe-container': [94, 99],
};
const JOB_MS = 30 * 60_000;

/** `waiting`: a person must look at the report. */
export type RunEnd = 'succeeded' | 'waiting';

/** Takes one job through its steps, from the first that has not succeeded. */
@Injectable()
export class BootstrapRunner {
  constructor(
    private readonly store: Store,
    private readonly operations: Operations,
    private readonly records: BootstrapRepository,
    private readonly server: ServerSteps,
    private readonly agent: AgentSteps,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * @param reviewed the report was seen by a person: do not wait for its sake again unless something still blocks
   * @throws JobFault for what a person can act on
   */
  async run(job: BootstrapJob, reviewed: boolean): Promise<RunEnd> {
    const signal = AbortSignal.any([job.abort.signal, AbortSignal.timeout(JOB_MS)]);
    try {
      return await this.#run(job, reviewed, signal);
    } catch (error) {
      throw this.#faultOf(job, error);
    }
  }

  /** Takes back what the job installed. @throws JobFault */
  async undo(job: BootstrapJob): Promise<void> {
    const { row } = await this.#state(job);
    const run: StepRun = { job, row, signal: AbortSignal.any([job.abort.signal, AbortSignal.timeout(JOB_MS)]), progress: () => undefined };
    try {
      await this.server.connect(run);
      await this.server.undo(run);
    } catch (error) {
      throw this.#faultOf(job, error);
    } finally {
      await job.log.settle();
    }
  }

  async #run(job: BootstrapJob, reviewed: boolean, signal: AbortSignal): Promise<RunEnd> {
    for (const step of STEPS) {
      const { row, done } = await this.#state(job);
      // Signing in is asked for each time: the connection may be gone.
      if (done.has(step) && step !== 'connect') continue;
      if (done.has(step) && job.connection?.lost === false) continue;
      if (step === 'gpu' && row.type === 'cpu') {
        await this.operations.step(job.operationId, step, 'skipped', 'not a GPU node');
        continue;
      }
      if (step !== 'connect' && step !== 'preflight' && !row.touched) await this.records.touch(row.nodeId);
      await this.operations.step(job.operationId, step, 'running');
      const [from, to] = SPAN[step];
      const progress = (ratio: number) => void this.operations.progress(job.operationId, from + (to - from) * ratio, step).catch((error: unknown) => this.logger.warn({ err: error }, 'progress could not be recorded'));
      const said = await this.#step(step, { job, row, signal, progress }, reviewed);
      await job.log.settle();
      if (said === undefined) return 'waiting';
      await this.operations.step(job.operationId, step, 'succeeded', said);
      await this.operations.progress(job.operationId, to, step);
    }
    return 'succeeded';
  }

  /** @returns what it found; undefined when a person must decide first */
  async #step(step: StepId, run: StepRun, reviewed: boolean): Promise<string | undefined> {
    if (step !== 'connect' && step !== 'preflight') await this.server.connect(run);
    switch (step) {
      case 'connect': return this.server.connect(run);
      case 'preflight': return this.#preflight(run, reviewed);
      case 'container-engine': return this.server.engine(run);
      case 'gpu': return this.server.gpu(run);
      case 'agent': return this.agent.agent({ ...run, arch: await this.#arch(run), startedBy: await this.#startedBy(run.job) });
      case 'heartbeat': return this.agent.heartbeat(run);
      case 'probe-container': return this.server.probeContainer(run);
    }
  }

  async #preflight(run: StepRun, reviewed: boolean): Promise<string | undefined> {
    const { row, job } = run;
    const rows = reviewed && row.preflight ? row.preflight : await this.server.preflight(run);
    const root = rows.find(({ id }) => id === 'root');
    if (root?.result === 'fail') throw new JobFault('no-sudo', root.measured);
    const blocked = blocking(rows, row);
    const count = (result: string) => rows.filter((each) => each.result === result).length;
    const summary = `${count('pass')} pass, ${count('warn')} warn, ${count('fail')} fail`;
    if (blocked.length > 0) {
      job.log.note(`waiting for a decision about: ${blocked.map(({ id }) => id).join(', ')}`);
      return undefined;
    }
    return row.review === 'always' && !reviewed ? undefined : summary;
  }

  async #arch({ row }: StepRun): Promise<'x64' | 'arm64'> {
    const measured = row.preflight?.find(({ id }) => id === 'arch')?.measured ?? '';
    return /^(aarch64|arm64)$/.test(measured) ? 'arm64' : 'x64';
  }

  async #startedBy(job: BootstrapJob): Promise<string> {
    return (await this.operations.get(job.operationId))?.startedBy ?? 'system';
  }

  async #state(job: BootstrapJob) {
    const [row, operation] = await Promise.all([this.records.get(job.nodeId), this.operations.get(job.operationId)]);
    if (!row || !operation) throw new JobFault('cancelled', 'the node was removed meanwhile');
    return { row, done: new Set(operation.steps.filter(({ state }) => state === 'succeeded' || state === 'skipped').map(({ id }) => id)) };
  }

  #faultOf(job: BootstrapJob, error: unknown): JobFault {
    if (error instanceof JobFault && error.code === 'cancelled' && !job.abort.signal.aborted) return new JobFault('timeout', `the job was not done within ${JOB_MS / 60_000} minutes`);
    if (error instanceof JobFault) return error;
    if (error instanceof ApiError) return new JobFault('unreachable', error.message);
    this.logger.error({ err: error, nodeId: job.nodeId }, 'a step of adding a node failed unexpectedly');
    return new JobFault('internal', `an unexpected fault of the controller: ${error instanceof Error ? error.message.slice(0, 300) : 'unknown'}`);
  }
}
