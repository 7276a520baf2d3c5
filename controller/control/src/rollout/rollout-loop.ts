import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { UpgradeProgress_Stage as Stage, type UpgradeProgress } from '@openstation/proto';
import { Clock, LOGGER } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { Operations } from '../operations/index.js';
import { Store } from '../store/index.js';
import { AgentArchives } from './agent-archives.js';
import { NewerAgents } from './newer-agents.js';
import { nextAction, type RolloutNodeState, type RolloutWord } from './rollout.machine.js';
import { RolloutRepository } from './rollout.repository.js';
import type { RolloutNodeRow, RolloutRow } from './rollout.store.js';
import { UpgradeLink } from './upgrade-link.js';

const TURN_MS = 2_000;
export const HEALTH_GATE_SECONDS = 120;

const WORDS: Readonly<Partial<Record<Stage, RolloutWord>>> = {
  [Stage.FETCHING]: 'fetching', [Stage.VERIFIED]: 'switching', [Stage.INSTALLED]: 'switching', [Stage.RUNNING]: 'running', [Stage.REFUSED]: 'refused', [Stage.RETURNED]: 'returned',
};
const OVER: readonly RolloutNodeState[] = ['upgraded', 'refused', 'returned', 'lost', 'away'];

/**
 * Carries rollouts on: orders, hears, stops at the first node that does not come back healthy. Everything it must
 * remember is in the database, so a restart of the controller changes nothing.
 */
@Injectable()
export class RolloutLoop implements OnApplicationBootstrap, OnModuleDestroy {
  #timer: NodeJS.Timeout | undefined;
  readonly #queue = new KeyedQueue<'all'>(
    () => this.#turn(),
    (_, error) => this.logger.error({ err: error }, 'agent rollouts could not be carried on'),
  );

  constructor(
    private readonly rollouts: RolloutRepository,
    private readonly archives: AgentArchives,
    private readonly newer: NewerAgents,
    private readonly operations: Operations,
    private readonly link: UpgradeLink,
    private readonly feed: ChangeFeed,
    private readonly store: Store,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.link.listen({ opened: (...what) => this.#opened(...what), progressed: (...what) => this.#progressed(...what) });
    this.#timer = setInterval(() => this.wake(), TURN_MS);
    this.wake();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await this.#queue.close();
  }

  wake(): void {
    this.#queue.wake('all');
  }

  async #turn(): Promise<void> {
    for (const { id } of await this.operations.unfinished('upgrade-agents')) await this.#carryOn(id);
  }

  async #carryOn(operationId: string): Promise<void> {
    const found = await this.rollouts.get(operationId);
    if (!found) return this.#fail(operationId, 'what it was to do is not known any more');
    const now = this.clock.now();
    const nodes = found.nodes.map(({ nodeId, nodeName, state, since, message }) => ({ nodeId, nodeName, state, message, sinceMs: now - since, connected: this.link.talk.connected(nodeId) }));
    const action = nextAction(nodes, { batch: found.rollout.batch, gateMs: HEALTH_GATE_SECONDS * 1000 });
    switch (action.kind) {
      case 'wait':
        return;
      case 'order':
        for (const nodeId of action.nodeIds) await this.#begin(found.rollout, nodeId, found.nodes);
        return;
      case 'leave-out':
        for (const nodeId of action.nodeIds) await this.#over(operationId, nodeId, ['waiting'], 'away', 'not connected: upgrade it when it is back');
        return this.wake();
      case 'lose':
        await this.#over(operationId, action.nodeId, ['ordered', 'switching'], 'lost', action.why);
        return this.wake();
      case 'fail':
        return this.#fail(operationId, action.failure);
      case 'succeed':
        return this.store.transaction((tx) => this.operations.succeed(tx, operationId));
    }
  }

  async #begin({ operationId, version }: RolloutRow, nodeId: string, nodes: readonly RolloutNodeRow[]): Promise<void> {
    const node = nodes.find((one) => one.nodeId === nodeId);
    if (!node) return;
    await this.rollouts.move(operationId, nodeId, ['waiting'], 'ordered');
    await this.operations.step(operationId, nodeId, 'running', node.nodeName);
    await this.operations.log(operationId, `${node.nodeName}: ordered to upgrade to ${version}`);
    await this.#order(node, version);
  }

  async #order(node: RolloutNodeRow, version: string): Promise<void> {
    const archive = await this.archives.get(version, node.arch);
    if (!archive) return this.#over(node.operationId, node.nodeId, ['ordered'], 'refused', `the archive of ${version} for ${node.arch} is gone`);
    const { bytes, sha256, statement, signature } = archive;
    this.link.talk.send(node.nodeId, {
      requestId: node.requestId, version, arch: node.arch, bytes, sha256, statement, signature: Buffer.from(signature, 'base64'), healthGateSeconds: HEALTH_GATE_SECONDS,
    });
  }

  /** Its order may have been lost with the session before; the agent knows it by its id. */
  async #opened(nodeId: string, agentVersion: string, standing: UpgradeProgress | undefined): Promise<void> {
    if (standing) await this.#progressed(nodeId, standing);
    const open = await this.rollouts.openOrder(nodeId);
    if (!open) return;
    const onTrial = standing?.requestId === open.node.requestId && standing.stage === Stage.INSTALLED;
    if (agentVersion === open.version && !onTrial) return this.#told(nodeId, open.node.requestId, 'running', '');
    if (open.node.state === 'ordered') await this.#order(open.node, open.version);
    this.wake();
  }

  async #progressed(nodeId: string, { requestId, stage, message }: UpgradeProgress): Promise<void> {
    const word = WORDS[stage];
    if (word) await this.#told(nodeId, requestId, word, message);
  }

  async #told(nodeId: string, requestId: string, word: RolloutWord, message: string): Promise<void> {
    const row = await this.rollouts.heard(nodeId, requestId, word, message);
    if (!row) return;
    if (OVER.includes(row.state)) await this.#tell(row, message);
    this.wake();
  }

  async #over(operationId: string, nodeId: string, from: readonly RolloutNodeState[], state: RolloutNodeState, message: string): Promise<void> {
    await this.rollouts.move(operationId, nodeId, from, state, message);
    const row = (await this.rollouts.get(operationId))?.nodes.find((node) => node.nodeId === nodeId);
    if (row) await this.#tell(row, message);
  }

  async #tell(row: RolloutNodeRow, message: string): Promise<void> {
    const { operationId, nodeId, nodeName, state } = row;
    const said = message === '' ? nodeName : `${nodeName}: ${message}`;
    await this.operations.step(operationId, nodeId, state === 'upgraded' ? 'succeeded' : state === 'away' ? 'skipped' : 'failed', said);
    await this.operations.log(operationId, `${nodeName}: ${state}${message === '' ? '' : ` (${message})`}`, state !== 'upgraded' && state !== 'away');
    const nodes = (await this.rollouts.get(operationId))?.nodes ?? [];
    await this.operations.progress(operationId, (nodes.filter((node) => OVER.includes(node.state)).length / Math.max(1, nodes.length)) * 100, nodeName);
    this.feed.publish({ topic: 'nodes', id: nodeId, kind: 'changed' });
    this.newer.wake();
  }

  async #fail(operationId: string, failure: string): Promise<void> {
    this.logger.warn({ operationId, failure }, 'agent rollout stopped');
    await this.store.transaction((tx) => this.operations.fail(tx, operationId, failure, { code: 'upgrade-stopped' }));
  }
}
