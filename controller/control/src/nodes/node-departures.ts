import { Injectable } from '@nestjs/common';
import { Audit, type Actor } from '../audit/index.js';
import { Clock } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { ApiError } from '../http/index.js';
import { Operations } from '../operations/index.js';
import { Store, type Tx } from '../store/index.js';
import { removalSteps, type Departure, type RemovalOrders } from './departure.machine.js';
import { NodeEvents } from './node-events.js';
import { NodeUses } from './node-uses.js';
import { NodeRepository } from './node.repository.js';
import type { NodeRow } from './nodes.store.js';

export interface RemovalWish extends RemovalOrders {
  readonly force: boolean;
  readonly drain: boolean;
}

/** What of a node's instances could not be moved, as sentences. */
export type Stuck = readonly string[];

/** Maintenance, drains and removals: what people ask for, and how a drain ends. Each deed is one transaction. */
@Injectable()
export class NodeDepartures {
  readonly #listeners = new Set<(nodeId: string) => void>();

  constructor(
    private readonly store: Store,
    private readonly nodes: NodeRepository,
    private readonly uses: NodeUses,
    private readonly operations: Operations,
    private readonly events: NodeEvents,
    private readonly audit: Audit,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
  ) {}

  /** Wakes the loops that carry departures out. */
  onDeparture(listener: (nodeId: string) => void): void {
    this.#listeners.add(listener);
  }

  /** Ends a drain that is under way. @throws ApiError when the node is being removed */
  async maintain(node: NodeRow, reason: string, actor: Actor): Promise<void> {
    await this.store.transaction(async (tx) => {
      await this.#giveUp(tx, node, actor);
      await this.nodes.setAvailability(tx, node.id, 'maintenance', reason);
      await this.#told(tx, node, actor, 'node.maintenance', 'node-maintenance', `${actor.username} put the node into maintenance${after(reason)}`, { reason });
    });
  }

  /** Also takes back a drain. @throws ApiError when the node is being removed */
  async resume(node: NodeRow, actor: Actor): Promise<void> {
    await this.store.transaction(async (tx) => {
      await this.#giveUp(tx, node, actor);
      await this.nodes.setAvailability(tx, node.id, 'active', '');
      await this.#told(tx, node, actor, 'node.resume', 'node-resumed', `${actor.username} lets the node take instances again`, {});
    });
  }

  /** @returns the operation's id @throws ApiError when a drain or removal is under way */
  async drain(node: NodeRow, reason: string, force: boolean, actor: Actor): Promise<string> {
    return this.#begin(node, actor, { kind: 'drain', stage: 'moving', force, orders: NO_ORDERS }, reason, { reason, force }, ['move']);
  }

  /** @returns the operation's id @throws ApiError when a removal is under way */
  async remove(node: NodeRow, { force, drain, ...orders }: RemovalWish, actor: Actor): Promise<string> {
    const stage = drain ? 'moving' : 'ordering';
    return this.#begin(node, actor, { kind: 'remove', stage, force, orders }, '', { force, drain, ...orders }, [...(drain ? ['move'] : []), ...removalSteps, 'certificate']);
  }

  /** Everything moved that can: the drain's end, or the removal's next stage. */
  async moved(node: NodeRow, stuck: Stuck): Promise<void> {
    const { departure } = node;
    if (departure?.stage !== 'moving') return;
    const { operationId, kind, force } = departure;
    const stays = stuck.length > 0 && !force;
    await this.operations.step(operationId, 'move', stays ? 'failed' : 'succeeded', stuck.join('; '));
    await this.store.transaction(async (tx) => {
      if (kind === 'remove' && !stays) return this.#toOrdering(tx, node, departure);
      await this.uses.stay(tx, node.id);
      await this.nodes.setDeparture(tx, node.id, null);
      await this.nodes.setAvailability(tx, node.id, 'maintenance', kind === 'remove' ? 'its removal did not succeed' : node.availabilityReason);
      const message = stays ? `${stuck.length} instance(s) stay: ${stuck.join('; ')}` : 'the node is empty and in maintenance';
      if (stays) await this.operations.fail(tx, operationId, message, { code: 'instances-stay' });
      else await this.operations.succeed(tx, operationId);
      await this.events.record(tx, node.id, { severity: stays ? 'warning' : 'info', kind: 'operation', code: stays ? 'drain-incomplete' : 'drain-done', message, details: { stuck: [...stuck] } });
      this.#changed(tx, node.id);
    });
  }

  async #begin(node: NodeRow, actor: Actor, wish: Pick<Departure, 'kind' | 'stage' | 'force' | 'orders'>, reason: string, changes: Readonly<Record<string, unknown>>, steps: readonly string[]): Promise<string> {
    const removal = wish.kind === 'remove';
    return this.store.transaction(async (tx) => {
      if (node.departure && (node.departure.kind === 'remove' || !removal)) throw underWay(node);
      // A removal takes over from a drain.
      if (node.departure) await this.#giveUp(tx, node, actor);
      const operationId = await this.operations.start(tx, { kind: removal ? 'remove-node' : 'drain-node', subjectId: node.id, title: `${removal ? 'Remove' : 'Drain'} ${node.name}`, startedBy: actor.username, steps });
      const departure: Departure = { ...wish, operationId, by: actor.username, since: this.clock.now(), heardAt: null, steps: [], agentFinished: false };
      if (!(await this.nodes.depart(tx, node.id, departure))) throw underWay(node);
      await this.nodes.setAvailability(tx, node.id, 'draining', reason);
      await this.#told(tx, node, actor, removal ? 'node.remove' : 'node.drain', removal ? 'removal-started' : 'drain-started', `${actor.username} ${removal ? 'removes' : 'drains'} the node${after(reason)}`, changes);
      return operationId;
    });
  }

  async #toOrdering(tx: Tx, node: NodeRow, departure: Departure): Promise<void> {
    await this.nodes.setDeparture(tx, node.id, { ...departure, stage: 'ordering', since: this.clock.now() });
    this.#changed(tx, node.id);
  }

  async #giveUp(tx: Tx, { id, name, departure }: NodeRow, actor: Actor): Promise<void> {
    if (!departure) return;
    if (departure.stage !== 'moving') throw new ApiError('conflict', `${name} is being removed: its agent is cleaning up already`);
    await this.uses.stay(tx, id);
    await this.nodes.setDeparture(tx, id, null);
    await this.operations.cancel(tx, departure.operationId);
    await this.events.record(tx, id, { severity: 'info', kind: 'operation', code: `${departure.kind === 'drain' ? 'drain' : 'removal'}-cancelled`, message: `${actor.username} took it back` });
  }

  async #told(tx: Tx, { id, name }: NodeRow, actor: Actor, verb: string, code: string, message: string, changes: Readonly<Record<string, unknown>>): Promise<void> {
    await this.audit.record(tx, actor, verb, { type: 'node', id, name }, changes);
    await this.events.record(tx, id, { severity: 'info', kind: 'availability', code, message, details: changes });
    this.#changed(tx, id);
  }

  #changed(tx: Tx, nodeId: string): void {
    tx.afterCommit(() => {
      this.feed.publish({ topic: 'nodes', id: nodeId, kind: 'changed' });
      for (const listener of this.#listeners) listener(nodeId);
    });
  }
}

const NO_ORDERS: RemovalOrders = { removeEngines: false, removeCaches: false, removeAgent: false };

function after(reason: string): string {
  return reason === '' ? '' : `: ${reason}`;
}

function underWay({ name, departure }: NodeRow): ApiError {
  return new ApiError('conflict', departure?.kind === 'remove' ? `${name} is being removed already` : `${name} is being drained already`);
}
