import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import { Audit, type Actor } from '../audit/index.js';
import { LOGGER } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { ApiError } from '../http/index.js';
import { HeartbeatClock, NodeRepository, NodeUses } from '../nodes/index.js';
import { Operations } from '../operations/index.js';
import { Revocations } from '../pki/index.js';
import { Store } from '../store/index.js';
import type { BootstrapJob } from './bootstrap-job.js';
import { BootstrapJobs } from './bootstrap-jobs.js';
import { BootstrapRepository } from './bootstrap.repository.js';
import { BootstrapRunner } from './bootstrap-runner.js';
import type { JobCredential } from './job-credential.js';
import { JobFault } from './job-fault.js';

/** What each step leaves on a server, in words. */
const LEAVES: Readonly<Record<string, string>> = {
  'container-engine': 'Docker, if this job installed it', gpu: 'the GPU driver and nvidia-container-toolkit, if this job installed them', agent: 'the agent (/opt/openstation/agent/uninstall.sh removes it)',
};

/** Giving up a job: takes back on the server what it installed, then forgets the node. */
@Injectable()
export class GiveUp {
  constructor(
    private readonly store: Store,
    private readonly operations: Operations,
    private readonly records: BootstrapRepository,
    private readonly runner: BootstrapRunner,
    private readonly jobs: BootstrapJobs,
    private readonly nodes: NodeRepository,
    private readonly uses: NodeUses,
    private readonly revocations: Revocations,
    private readonly heartbeats: HeartbeatClock,
    private readonly audit: Audit,
    private readonly feed: ChangeFeed,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Returns when the job has turned; it then goes on by itself. */
  async begin(job: BootstrapJob, given: JobCredential | undefined, actor: Actor): Promise<void> {
    if (job.givingUp) throw new ApiError('conflict', 'the job is being given up already');
    job.givingUp = true;
    try {
      await this.jobs.stop(job);
      if (given) {
        job.disconnect();
        job.forgetCredential();
        job.credential = given;
      }
      await this.store.transaction(async (tx) => {
        const node = await this.nodes.get(job.nodeId);
        await this.audit.record(tx, actor, 'node.bootstrap.give-up', { type: 'node', id: job.nodeId, name: node?.name ?? '' }, { withCredential: job.credential !== undefined });
        const again = await this.operations.again(tx, job.operationId, { state: 'running', can: [] });
        if (!again) await this.operations.turn(tx, job.operationId, { state: 'running', phase: 'undo', can: [] });
        else await this.operations.turn(tx, job.operationId, { phase: 'undo' });
      });
    } catch (error) {
      job.givingUp = false;
      throw error;
    }
    job.abort = new AbortController();
    job.running = this.#takeBack(job, actor).finally(() => {
      job.running = undefined;
      job.givingUp = false;
    });
  }

  async #takeBack(job: BootstrapJob, actor: Actor): Promise<void> {
    try {
      if (job.credential && (await this.#touched(job))) await this.runner.undo(job);
      else await this.#tellWhatStays(job);
      await this.#forget(job, actor);
    } catch (error) {
      if (job.abort.signal.aborted) return;
      const fault = error instanceof JobFault ? error : new JobFault('internal', 'an unexpected fault of the controller');
      if (!(error instanceof JobFault)) this.logger.error({ err: error, nodeId: job.nodeId }, 'giving up a node failed');
      const message = `what was installed could not be taken back: ${fault.message}. Give up again without a credential to forget the node all the same`;
      // Not kept: the next attempt says whether it comes with one.
      job.forgetCredential();
      await this.jobs.fail(job, new JobFault(fault.code, message)).catch((problem: unknown) => this.logger.error({ err: problem, nodeId: job.nodeId }, 'a failed give-up could not be recorded'));
    }
  }

  /** The job got far enough to have changed something there. */
  async #touched(job: BootstrapJob): Promise<boolean> {
    return (await this.records.get(job.nodeId))?.touched === true;
  }

  async #tellWhatStays(job: BootstrapJob): Promise<void> {
    const row = await this.records.get(job.nodeId);
    if (row?.touched !== true) return job.log.note('nothing was changed on the server');
    job.log.note(`no credential: only the controller forgets the node. On ${row.host} may stay: ${Object.values(LEAVES).join('; ')}; its list is /var/lib/openstation/bootstrap.json`);
  }

  async #forget(job: BootstrapJob, actor: Actor): Promise<void> {
    await job.log.settle();
    await this.store.transaction(async (tx) => {
      await this.uses.evict(tx, job.nodeId);
      await this.nodes.remove(tx, job.nodeId);
      await this.revocations.revoke(tx, job.nodeId, `adding the node was given up by ${actor.username}`);
      await this.records.remove(tx, job.nodeId);
      await this.operations.cancel(tx, job.operationId);
      tx.afterCommit(() => {
        this.heartbeats.forget(job.nodeId);
        this.feed.publish({ topic: 'nodes', id: job.nodeId, kind: 'removed' });
        this.feed.publish({ topic: 'routes', id: 'nodes', kind: 'changed' });
      });
    });
    this.jobs.drop(job);
  }
}
