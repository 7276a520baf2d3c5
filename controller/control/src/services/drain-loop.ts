import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { LOGGER } from '../config/index.js';
import { InstanceRepository, InstanceSignals, isEnded, type InstanceRow } from '../instances/index.js';
import { ModelRepository } from '../models/index.js';
import { NodeDepartures, NodeLoop, NodeRepository, type Departure, type NodeRow } from '../nodes/index.js';
import { Operations } from '../operations/index.js';
import { PlanInputs, planDeployment, planModel } from '../scheduler/index.js';
import { Store } from '../store/index.js';
import { planDrain, type DrainInstance } from './drain.reconciler.js';
import { failureFacts } from './observed-instance.js';
import { failedForGood } from './retry.js';

const RESYNC_MS = 2_000;

/**
 * Empties nodes: marks one instance after the other as leaving, and only when there is a place for its successor. The
 * service loop does the rest (successor first, then the end of the old one). After a restart it looks at the rows again.
 */
@Injectable()
export class DrainLoop implements OnApplicationBootstrap, OnModuleDestroy {
  #timer: NodeJS.Timeout | undefined;
  /** What fits nowhere, by operation and instance. */
  readonly #noPlace = new Map<string, Map<string, string>>();
  readonly #total = new Map<string, number>();
  readonly #queue = new KeyedQueue<string>(
    (nodeId) => this.#turn(nodeId),
    (nodeId, error) => this.logger.error({ err: error, nodeId }, 'a drain could not go on'),
  );
  readonly #round = new KeyedQueue<'all'>(() => this.#wakeAll(), (_, error) => this.logger.error({ err: error }, 'drains could not be listed'));

  constructor(
    private readonly store: Store,
    private readonly nodes: NodeRepository,
    private readonly nodeLoop: NodeLoop,
    private readonly departures: NodeDepartures,
    private readonly instances: InstanceRepository,
    private readonly models: ModelRepository,
    private readonly inputs: PlanInputs,
    private readonly operations: Operations,
    private readonly signals: InstanceSignals,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.departures.onDeparture((nodeId) => this.#queue.wake(nodeId));
    this.signals.onService(() => this.#round.wake('all'));
    this.#timer = setInterval(() => this.#round.wake('all'), RESYNC_MS);
    this.#round.wake('all');
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round.close();
    await this.#queue.close();
  }

  async #wakeAll(): Promise<void> {
    for (const { id, departure } of await this.nodes.list()) if (departure?.stage === 'moving') this.#queue.wake(id);
  }

  async #turn(nodeId: string): Promise<void> {
    const node = await this.nodes.get(nodeId);
    if (node?.departure?.stage !== 'moving') return;
    const { operationId } = node.departure;
    const rows = (await this.instances.assignedTo(nodeId)).filter((row) => isHere(row, node));
    const noPlace = this.#noPlaceOf(operationId);
    for (const row of rows) if (row.leavingAt !== null) await this.#lookAtSuccessor(row, noPlace);
    await this.#progress(operationId, rows);
    const action = planDrain({ instances: rows.map(drainInstance), noPlace, force: node.departure.force, cautious: this.nodeLoop.cautious });
    if (action.kind === 'wait') return this.operations.step(operationId, 'move', 'running', action.because);
    if (action.kind === 'leave') return this.#leave(node, node.departure, rows.find(({ id }) => id === action.instanceId), noPlace);
    if (action.kind === 'stop') return this.#stop(node.departure, rows.find(({ id }) => id === action.instanceId), noPlace);
    this.#noPlace.delete(operationId);
    this.#total.delete(operationId);
    return this.departures.moved(node, action.stuck);
  }

  async #leave({ id: nodeId }: NodeRow, { operationId }: Departure, row: InstanceRow | undefined, noPlace: Map<string, string>): Promise<void> {
    if (!row) return;
    const reason = await this.#reasonAgainst(row);
    if (reason === undefined) {
      await this.store.transaction((tx) => this.instances.setLeaving(tx, row.id));
      await this.operations.log(operationId, `${label(row)} moves: its successor starts first`);
    } else {
      noPlace.set(row.id, reason);
      await this.operations.log(operationId, `${label(row)} has no other place: ${reason}`, true);
    }
    this.#queue.wake(nodeId);
  }

  async #stop({ operationId }: Departure, row: InstanceRow | undefined, noPlace: Map<string, string>): Promise<void> {
    if (!row) return;
    await this.store.transaction((tx) => this.instances.setStopped(tx, row.id));
    await this.operations.log(operationId, `${label(row)} is stopped by force: ${noPlace.get(row.id) ?? ''}`, true);
  }

  /** Undefined when there is a place for it now. */
  async #reasonAgainst(row: InstanceRow): Promise<string | undefined> {
    const model = await this.models.get(row.modelId);
    if (!model || model.state !== 'ready') return 'its model is not ready';
    const plan = planDeployment({ ...row.wish, nodeIds: row.wishedNodeIds }, planModel(model), await this.inputs.planNodes(row.serviceId));
    if (plan.fits && plan.placements.length > 0) return undefined;
    return plan.notes.filter(({ level }) => level === 'error').map(({ message }) => message).join('; ') || 'no place was found';
  }

  /** A successor that fails again and again, or that lost its place, is none. */
  async #lookAtSuccessor(row: InstanceRow, noPlace: Map<string, string>): Promise<void> {
    const others = (await this.instances.ofService(row.serviceId)).filter((other) => other.slot === row.slot && other.id !== row.id && other.desired === 'run');
    const hopeless = others.find((other) => failedForGood(failureFacts(other)) || (other.state === 'pending' && other.phase === 'no-place'));
    if (hopeless) noPlace.set(row.id, `its successor has no luck: ${hopeless.message}`);
    else noPlace.delete(row.id);
  }

  async #progress(operationId: string, rows: readonly InstanceRow[]): Promise<void> {
    const total = Math.max(this.#total.get(operationId) ?? 0, rows.length);
    this.#total.set(operationId, total);
    if (total > 0) await this.operations.progress(operationId, ((total - rows.length) / total) * 90, 'move');
  }

  #noPlaceOf(operationId: string): Map<string, string> {
    const known = this.#noPlace.get(operationId) ?? new Map<string, string>();
    this.#noPlace.set(operationId, known);
    return known;
  }
}

/** Still there. What only waits for a silent node's word has left as far as anybody can tell. */
function isHere({ desired, state }: InstanceRow, node: NodeRow): boolean {
  return !isEnded(state) && !(desired === 'stop' && node.state === 'unreachable');
}

function drainInstance(row: InstanceRow): DrainInstance {
  return { id: row.id, label: label(row), leaving: row.leavingAt !== null, stopping: row.desired === 'stop' };
}

function label({ serviceName, slot }: InstanceRow): string {
  return `${serviceName} #${slot + 1}`;
}
