import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import type { LaunchIntent } from '@openstation/proto';
import { LOGGER } from '../config/index.js';
import { EngineImages, findEngine } from '../engines/index.js';
import { ChangeFeed } from '../events/index.js';
import { InstanceRepository, InstanceSignals, freshMember, heldSeats, type InstanceRow } from '../instances/index.js';
import { ModelRepository } from '../models/index.js';
import { NodeRepository } from '../nodes/index.js';
import { groupNetwork, type GroupNetwork } from './group-network.js';
import { launchIntents } from './launch-intent.js';
import { planDeployment, versionOn } from './plan-deployment.js';
import { PlanInputs, planModel } from './plan-inputs.js';
import type { Plan } from './plan-types.js';

const RESYNC_MS = 10_000;
/** How often a replacement may go back to the node its predecessor failed on. */
const LOYAL_ATTEMPTS = 1;

/** Gives pending instances a node, one after another, so that each sees what the one before it took. */
@Injectable()
export class SchedulerLoop implements OnApplicationBootstrap, OnModuleDestroy {
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: () => void = () => undefined;
  readonly #queue = new KeyedQueue<'all'>(
    () => this.#turn(),
    (_, error) => {
      this.logger.error({ err: error }, 'pending instances could not be placed');
    },
  );

  constructor(
    private readonly instances: InstanceRepository,
    private readonly models: ModelRepository,
    private readonly nodes: NodeRepository,
    private readonly inputs: PlanInputs,
    private readonly images: EngineImages,
    private readonly signals: InstanceSignals,
    private readonly feed: ChangeFeed,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.signals.onService(() => this.#queue.wake('all'));
    this.#unsubscribe = this.feed.subscribe(({ topic }) => {
      if (topic === 'nodes' || topic === 'models') this.#queue.wakeLater('all', 200);
    });
    this.#timer = setInterval(() => this.#queue.wake('all'), RESYNC_MS);
    this.#queue.wake('all');
  }

  async onModuleDestroy(): Promise<void> {
    this.#unsubscribe();
    clearInterval(this.#timer);
    await this.#queue.close();
  }

  async #turn(): Promise<void> {
    for (const instance of await this.instances.pending()) await this.#place(instance);
  }

  async #place(instance: InstanceRow): Promise<void> {
    const model = await this.models.get(instance.modelId);
    if (!model || model.state !== 'ready') return this.instances.explain(instance.id, 'its model is not ready');
    const { wish, wishedNodeIds, previousNodeId, attempt, serviceId } = instance;
    const preferredNodeId = attempt <= LOYAL_ATTEMPTS ? (previousNodeId ?? undefined) : undefined;
    const planNodes = await this.inputs.planNodes(serviceId);
    const plan = planDeployment({ ...wish, nodeIds: wishedNodeIds, preferredNodeId }, planModel(model), planNodes);
    const [seat] = plan.placements;
    if (!plan.fits || !seat) return this.instances.explain(instance.id, whyNot(plan));
    const nodeIds = plan.placements.map(({ nodeId }) => nodeId);
    const network = nodeIds.length > 1 ? await this.#network(instance, nodeIds) : undefined;
    if (typeof network === 'string') return this.instances.explain(instance.id, network);
    const engine = findEngine(wish.engine, planNodes[0]?.customEngines);
    if (!engine) return this.instances.explain(instance.id, `no engine is called ${wish.engine} any more`);
    const image = await this.images.forLaunch(engine.id, (await this.nodes.get(seat.nodeId))?.inventory?.arch);
    const seats = seatsOf(plan, launchIntents(instance, engine, model, plan, network, image, versionOn(engine.id, planNodes.find(({ id }) => id === seat.nodeId))));
    const [head] = seats;
    if (!head) return;
    const members = network ? seats.map(freshMember) : undefined;
    const bound = await this.instances.bindNode(instance.id, { ...seat, intent: head.intent, needBytes: plan.memory.totalBytes, members });
    if (bound) this.logger.info({ instanceId: instance.id, serviceId, nodeIds, needBytes: plan.memory.totalBytes }, 'instance got its place');
  }

  /** In words when the members cannot talk to each other. */
  async #network({ id, wish }: InstanceRow, nodeIds: readonly string[]): Promise<GroupNetwork | string> {
    const [rows, instances] = await Promise.all([this.nodes.list(), this.instances.list()]);
    const nodes = nodeIds.flatMap((nodeId) => rows.filter((row) => row.id === nodeId));
    const neighbours = instances.filter((other) => heldSeats(other).some(({ nodeId }) => nodeIds.includes(nodeId)));
    const taken = neighbours.flatMap(({ members }) => members?.[0]?.intent.group?.firstPort ?? []);
    const start = Number.parseInt(id.replaceAll('-', '').slice(-6), 16);
    return groupNetwork(nodes.map(({ id: nodeId, name, addresses, dataPort, inventory }) => ({ id: nodeId, name, addresses, dataPort, interfaces: inventory?.interfaces ?? [] })), wish.networkInterface ?? null, taken, start);
  }
}

function seatsOf({ placements }: Plan, intents: readonly LaunchIntent[]) {
  return placements.flatMap(({ nodeId, gpuUuids }, rank) => intents.slice(rank, rank + 1).map((intent) => ({ rank, nodeId, gpuUuids, intent })));
}

function whyNot({ notes }: Plan): string {
  return notes.filter(({ level }) => level === 'error').map(({ message }) => message).join('; ') || 'no place was found';
}
