import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { Clock } from '../config/index.js';
import { Store, newId, type Tx } from '../store/index.js';
import { afterWord, type RolloutNodeState, type RolloutWord } from './rollout.machine.js';
import { RolloutNodeRow, RolloutRow } from './rollout.store.js';

const OPEN: readonly RolloutNodeState[] = ['ordered', 'switching', 'lost'];

/** Why a release is not offered any more. */
export interface ReleaseFailure {
  /** Beginning of the rollout that failed, Unix milliseconds. An archive made later is another one. */
  readonly at: number;
  readonly message: string;
}

/** Rollouts and their nodes. The rollout loop is the only writer, from its own steps and from what agents say. */
@Injectable()
export class RolloutRepository {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  async create(tx: Tx, operationId: string, { version, batch, nodes }: { version: string; batch: number; nodes: readonly { id: string; name: string; arch: string }[] }): Promise<void> {
    const now = this.clock.now();
    await tx.manager.insert(RolloutRow, { operationId, version, batch, createdAt: now });
    for (const [position, { id, name, arch }] of nodes.entries()) {
      await tx.manager.insert(RolloutNodeRow, { operationId, nodeId: id, nodeName: name, position, arch, requestId: newId(), state: 'waiting', since: now, message: '' });
    }
  }

  async get(operationId: string): Promise<{ rollout: RolloutRow; nodes: RolloutNodeRow[] } | undefined> {
    const rollout = await this.store.manager.findOneBy(RolloutRow, { operationId });
    return rollout ? { rollout, nodes: await this.store.manager.find(RolloutNodeRow, { where: { operationId }, order: { position: 'ASC' } }) } : undefined;
  }

  /** The order that a node has not fulfilled yet, newest first. */
  async openOrder(nodeId: string): Promise<{ node: RolloutNodeRow; version: string } | undefined> {
    const [node] = await this.store.manager.find(RolloutNodeRow, { where: { nodeId, state: In([...OPEN]) }, order: { since: 'DESC' }, take: 1 });
    const rollout = node && (await this.store.manager.findOneBy(RolloutRow, { operationId: node.operationId }));
    return node && rollout ? { node, version: rollout.version } : undefined;
  }

  /**
   * Releases from which a node came back, or did not come back at all; by version. One that later worked on a node is none.
   */
  async failures(): Promise<ReadonlyMap<string, ReleaseFailure>> {
    const bad = await this.store.manager.find(RolloutNodeRow, { where: { state: In(['returned', 'lost']) } });
    if (bad.length === 0) return new Map();
    const rollouts = new Map((await this.store.manager.find(RolloutRow)).map((rollout) => [rollout.operationId, rollout]));
    const failures = new Map<string, ReleaseFailure>();
    for (const { operationId, nodeName, message } of bad) {
      const rollout = rollouts.get(operationId);
      const known = rollout && failures.get(rollout.version);
      if (rollout && (!known || known.at < rollout.createdAt)) failures.set(rollout.version, { at: rollout.createdAt, message: `${nodeName}: ${message}` });
    }
    for (const { operationId, version, createdAt } of rollouts.values()) {
      const known = failures.get(version);
      if (known && createdAt > known.at && (await this.store.manager.existsBy(RolloutNodeRow, { operationId, state: 'upgraded' }))) failures.delete(version);
    }
    return failures;
  }

  async move(operationId: string, nodeId: string, from: readonly RolloutNodeState[], state: RolloutNodeState, message = ''): Promise<void> {
    await this.store.transaction(({ manager }) => manager.update(RolloutNodeRow, { operationId, nodeId, state: In([...from]) }, { state, since: this.clock.now(), message: message.slice(0, 1000) }));
  }

  /** @returns the row as it is now; undefined when the word changes nothing */
  async heard(nodeId: string, requestId: string, word: RolloutWord, message: string): Promise<RolloutNodeRow | undefined> {
    return this.store.transaction(async ({ manager }) => {
      const row = await manager.findOneBy(RolloutNodeRow, { nodeId, requestId });
      const state = row && afterWord(row.state, word);
      if (!row || !state) return undefined;
      // Told again after a reconnect it does not prolong a trial.
      const since = state === row.state && state === 'switching' ? row.since : this.clock.now();
      await manager.update(RolloutNodeRow, { operationId: row.operationId, nodeId }, { state, since, message: message.slice(0, 1000) });
      return Object.assign(row, { state, since, message });
    });
  }
}
