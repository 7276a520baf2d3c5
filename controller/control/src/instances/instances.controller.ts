import { Controller } from '@nestjs/common';
import { ApiError, Endpoint, EventStream, Input, Stream, type InputOf } from '../http/index.js';
import { InstanceLink, type InstanceLogLine, type ProbeAnswer } from './instance-link.js';
import { InstanceRuns, type InstanceRunView } from './instance-runs.js';
import { InstanceRepository } from './instance.repository.js';
import { LogKeeper } from './log-keeper.js';
import type { LogOf } from './log-name.js';
import { routes } from './instances.schema.js';

const READ_MS = 15_000;

@Controller()
export class InstancesController {
  constructor(
    private readonly instances: InstanceRepository,
    private readonly link: InstanceLink,
    private readonly runs: InstanceRuns,
    private readonly logs: LogKeeper,
  ) {}

  @Endpoint(routes.instanceLog)
  async instanceLog(@Input() { params: { id }, query: { tail, rank } }: InputOf<typeof routes.instanceLog>): Promise<InstanceLogLine[]> {
    const nodeId = await this.#carrier(id, rank);
    if (nodeId === undefined) return this.#kept({ instanceId: id, rank }, tail);
    try {
      return await this.link.talk.readLog(nodeId, id, tail, AbortSignal.timeout(READ_MS));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return this.#kept({ instanceId: id, rank }, tail, error);
    }
  }

  @Endpoint(routes.instanceRuns)
  instanceRuns(@Input() { params, query }: InputOf<typeof routes.instanceRuns>): Promise<{ items: InstanceRunView[]; next: string | null }> {
    return this.runs.page({ serviceId: params.id }, query.limit, query.before);
  }

  @Endpoint(routes.allRuns)
  allRuns(@Input() { query: { limit, before, serviceName } }: InputOf<typeof routes.allRuns>): Promise<{ items: InstanceRunView[]; next: string | null }> {
    return this.runs.page(serviceName === undefined ? {} : { serviceName }, limit, before);
  }

  /** Sends one event a line until the reader goes, the engine's log ends, or the node falls silent. Of one that is gone: what was kept. */
  @Endpoint(routes.followInstanceLog)
  async followInstanceLog(@Input() { params, query }: InputOf<typeof routes.followInstanceLog>, @Stream() stream: EventStream): Promise<void> {
    const nodeId = await this.#carrier(params.id, query.rank);
    if (nodeId === undefined) return this.#sendKept({ instanceId: params.id, rank: query.rank }, query.tail, stream);
    const lines = this.link.talk.followLog(nodeId, params.id, query.tail, stream.closed);
    stream.begin();
    try {
      for await (const line of lines) stream.send(line);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      stream.send({ number: 0, at: null, text: error.message, error: true });
    } finally {
      stream.end();
    }
  }

  @Endpoint(routes.checkInstance)
  async checkInstance(@Input() { params }: InputOf<typeof routes.checkInstance>): Promise<ProbeAnswer> {
    return this.link.talk.probe(await this.#nodeOf(params.id), params.id);
  }

  async #sendKept(of: LogOf, tail: number, stream: EventStream): Promise<void> {
    const lines = await this.#kept(of, Math.max(1, tail));
    stream.begin();
    for (const line of lines) stream.send(line);
    stream.end();
  }

  /** @throws ApiError `because`, or not-found, when nothing is kept */
  async #kept(of: LogOf, tail: number, because?: ApiError): Promise<InstanceLogLine[]> {
    const kept = await this.logs.read(of, tail);
    if (kept) return kept;
    if (because) throw because;
    const known = (await this.instances.get(of.instanceId)) ?? (await this.runs.get(of.instanceId));
    if (!known) throw new ApiError('not-found', 'no instance has this id');
    throw known.nodeId === null ? new ApiError('conflict', 'the instance has no node yet') : new ApiError('not-found', 'no log of this instance was kept');
  }

  /** The node that has the engine's log; undefined: none has it any more, or yet. */
  async #carrier(instanceId: string, rank: number): Promise<string | undefined> {
    const instance = await this.instances.get(instanceId);
    if (!instance || instance.releasedAt !== null) return undefined;
    if (instance.members === null) return rank === 0 ? (instance.nodeId ?? undefined) : undefined;
    const member = instance.members.find((one) => one.rank === rank);
    return member?.releasedAt === null ? member.nodeId : undefined;
  }

  async #nodeOf(instanceId: string): Promise<string> {
    const instance = await this.instances.get(instanceId);
    if (!instance) throw new ApiError('not-found', 'no instance has this id');
    if (instance.nodeId === null) throw new ApiError('conflict', 'the instance has no node yet');
    return instance.nodeId;
  }
}
