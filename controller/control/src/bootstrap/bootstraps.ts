import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import type { z } from 'zod';
import { Audit, type Actor } from '../audit/index.js';
import { LOGGER } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { ApiError } from '../http/index.js';
import { NodeRepository } from '../nodes/index.js';
import { Operations, type OperationView } from '../operations/index.js';
import { Store, isUniqueViolation, newId } from '../store/index.js';
import { BootstrapJob } from './bootstrap-job.js';
import { BootstrapJobs } from './bootstrap-jobs.js';
import { BootstrapRepository } from './bootstrap.repository.js';
import type { routes } from './bootstrap.schema.js';
import type { NodeBootstrapRow } from './bootstrap.store.js';
import { STEPS } from './bootstrap-runner.js';
import { GiveUp } from './give-up.js';
import { JobCredential } from './job-credential.js';
import { TargetRules } from './target-rules.js';

export type AddWish = z.output<typeof routes.addNode.body>;
type ContinueWish = z.output<typeof routes.continueBootstrap.body>;
type RetryWish = z.output<typeof routes.retryBootstrap.body>;

/** What people ask of jobs that add nodes. */
@Injectable()
export class Bootstraps implements OnApplicationBootstrap, OnModuleDestroy {
  /** "host:port" of adds on their way into the books: two requests at one moment must not both pass. */
  readonly #entering = new Set<string>();

  constructor(
    private readonly store: Store,
    private readonly operations: Operations,
    private readonly records: BootstrapRepository,
    private readonly nodes: NodeRepository,
    private readonly jobs: BootstrapJobs,
    private readonly givingUp: GiveUp,
    private readonly rules: TargetRules,
    private readonly audit: Audit,
    private readonly feed: ChangeFeed,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Credentials died with the process that held them. */
  async onApplicationBootstrap(): Promise<void> {
    for (const { id, subjectId } of await this.operations.unfinished('add-node')) {
      this.logger.warn({ nodeId: subjectId }, 'a job that adds a node was cut off by a restart');
      await this.store.transaction((tx) =>
        this.operations.fail(tx, id, 'the controller was restarted, and credentials are kept in memory only: give the credential again to go on', { code: 'needs-password', can: ['retry', 'give-up'] }),
      );
    }
  }

  async onModuleDestroy(): Promise<void> {
    await this.jobs.close();
  }

  /** The node row is there at once; everything else is the job's. @throws ApiError naming the field to mend */
  async add(wish: AddWish, actor: Actor): Promise<{ nodeId: string; operationId: string }> {
    const address = await this.rules.addressOf(wish.host);
    const place = `${address}:${wish.port}`;
    await this.#refuseOtherKey(wish);
    const credential = JobCredential.of(wish.credential);
    if (this.#entering.has(place) || this.jobs.busyWith(place)) {
      credential.wipe();
      throw new ApiError('conflict', `${wish.host} port ${wish.port} is being added already: see its job in the list of nodes`, { field: 'host' });
    }
    this.#entering.add(place);
    try {
      const { nodeId, operationId } = await this.#enter(wish, address, actor);
      const job = this.jobs.open(nodeId, operationId, place);
      job.credential = credential;
      this.jobs.start(job, false);
      return { nodeId, operationId };
    } catch (error) {
      credential.wipe();
      if (isUniqueViolation(error)) throw new ApiError('conflict', `a node named ${wish.name} is there already: choose another name`, { field: 'name' });
      throw error;
    } finally {
      this.#entering.delete(place);
    }
  }

  /** @throws ApiError when the job does not wait for a person */
  async goOn(nodeId: string, { fixes, recheck, despiteFailures }: ContinueWish, actor: Actor): Promise<void> {
    const { row, operation, job } = await this.#find(nodeId);
    if (operation.state !== 'waiting') throw new ApiError('conflict', 'the job does not wait for a decision now');
    if (!job?.credential) throw new ApiError('conflict', 'the credential is no longer in memory: retry with the credential');
    await this.store.transaction(async (tx) => {
      await this.records.agree(tx, nodeId, { fixes: union(row.fixes, fixes), despiteFailures: despiteFailures || row.despiteFailures });
      await this.audit.record(tx, actor, 'node.bootstrap.continue', { type: 'node', id: nodeId, name: operation.title }, { fixes, recheck, despiteFailures });
      if (!(await this.operations.turn(tx, operation.id, { state: 'running', can: ['give-up'] }, ['waiting']))) throw new ApiError('conflict', 'the job does not wait for a decision any more');
    });
    this.jobs.start(job, !recheck);
  }

  /** @throws ApiError when it has not failed, or a credential is needed */
  async retry(nodeId: string, { credential: given, user, host, port, fixes }: RetryWish, actor: Actor): Promise<void> {
    const { row, operation, job: known } = await this.#find(nodeId);
    if (operation.state !== 'failed') throw new ApiError('conflict', 'the job has not failed: there is nothing to take up');
    const credential = given ? JobCredential.of(given) : known?.credential;
    if (!credential) throw new ApiError('invalid', 'the credential is no longer in memory: give it again', { field: 'credential' });
    const place = `${await this.rules.addressOf(host ?? row.host)}:${port ?? row.port}`;
    if (this.jobs.busyWith(place, nodeId)) throw new ApiError('conflict', 'another job works on this server now', { field: 'host' });
    await this.store.transaction(async (tx) => {
      await this.records.agree(tx, nodeId, {
        fixes: union(row.fixes, fixes), ...(user === undefined ? {} : { user }), ...(host === undefined ? {} : { host }), ...(port === undefined ? {} : { port }),
      });
      await this.audit.record(tx, actor, 'node.bootstrap.retry', { type: 'node', id: nodeId, name: operation.title }, { fixes, user, host, port, newCredential: given !== undefined });
      if (!(await this.operations.again(tx, operation.id, { state: 'running', can: ['give-up'] }))) throw new ApiError('conflict', 'the job was taken up already');
    });
    const job = known ?? this.jobs.open(nodeId, operation.id, place);
    job.place = place;
    // Another credential, user or address means another connection.
    job.disconnect();
    if (given) job.forgetCredential();
    job.credential = credential;
    this.jobs.start(job, false);
  }

  /** @returns id of the operation */
  async giveUp(nodeId: string, { credential }: z.output<typeof routes.giveUpBootstrap.body>, actor: Actor): Promise<string> {
    const { row, operation, job: known } = await this.#find(nodeId);
    if (operation.state === 'succeeded') throw new ApiError('conflict', 'the node was added: remove it instead');
    const given = credential ? JobCredential.of(credential) : undefined;
    const job = known ?? this.jobs.open(nodeId, operation.id, `${row.host}:${row.port}`);
    await this.givingUp.begin(job, given, actor);
    return operation.id;
  }

  async #enter(wish: AddWish, address: string, actor: Actor): Promise<{ nodeId: string; operationId: string }> {
    const nodeId = newId();
    const operationId = await this.store.transaction(async (tx) => {
      await this.nodes.announce(tx, { id: nodeId, name: wish.name, address, type: wish.type });
      const operation = await this.operations.start(tx, { kind: 'add-node', subjectId: nodeId, title: `Add ${wish.name}`, startedBy: actor.username, steps: STEPS, can: ['give-up'] });
      await this.records.create(tx, {
        nodeId, operationId: operation, host: wish.host, port: wish.port, user: wish.user, type: wish.type, review: wish.review, fixes: wish.fixes,
        fingerprint: wish.expectedHostKey, pinnedBy: actor.username,
      });
      await this.audit.record(tx, actor, 'node.add', { type: 'node', id: nodeId, name: wish.name }, {
        host: wish.host, port: wish.port, user: wish.user, type: wish.type, hostKey: wish.expectedHostKey, credential: wish.credential.kind, fixes: wish.fixes,
      });
      tx.afterCommit(() => this.feed.publish({ topic: 'nodes', id: nodeId, kind: 'changed' }));
      return operation;
    });
    return { nodeId, operationId };
  }

  /** What was confirmed once for an address holds until that node is removed. */
  async #refuseOtherKey({ host, port, expectedHostKey }: AddWish): Promise<void> {
    const pinned = await this.records.pinned(host, port);
    if (!pinned || pinned.fingerprint === expectedHostKey) return;
    throw new ApiError('conflict', `another host key (${pinned.fingerprint}) is pinned for ${host} port ${port}: somebody may be in between. If the server was set up anew, remove its node first`, {
      field: 'expectedHostKey', details: { code: 'host-key-changed', pinned: pinned.fingerprint },
    });
  }

  async #find(nodeId: string): Promise<{ row: NodeBootstrapRow; operation: OperationView; job: BootstrapJob | undefined }> {
    const row = await this.records.get(nodeId);
    const operation = row && (await this.operations.get(row.operationId));
    if (!row || !operation) throw new ApiError('not-found', 'no node with this id was added over SSH');
    return { row, operation, job: this.jobs.get(nodeId) };
  }
}

function union(one: readonly string[], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])];
}
