import { Controller } from '@nestjs/common';
import { ApiError, Endpoint, EventStream, Input, Stream, type InputOf } from '../http/index.js';
import { InstanceLink, type InstanceLogLine, type ProbeAnswer } from './instance-link.js';
import { InstanceRepository } from './instance.repository.js';
import { routes } from './instances.schema.js';

const READ_MS = 15_000;

@Controller()
export class InstancesController {
  constructor(
    private readonly instances: InstanceRepository,
    private readonly link: InstanceLink,
  ) {}

  @Endpoint(routes.instanceLog)
  async instanceLog(@Input() { params, query }: InputOf<typeof routes.instanceLog>): Promise<InstanceLogLine[]> {
    const nodeId = await this.#nodeOf(params.id);
    return this.link.talk.readLog(nodeId, params.id, query.tail, AbortSignal.timeout(READ_MS));
  }

  /** Sends one event a line until the reader goes, the engine's log ends, or the node falls silent. */
  @Endpoint(routes.followInstanceLog)
  async followInstanceLog(@Input() { params, query }: InputOf<typeof routes.followInstanceLog>, @Stream() stream: EventStream): Promise<void> {
    const nodeId = await this.#nodeOf(params.id);
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

  async #nodeOf(instanceId: string): Promise<string> {
    const instance = await this.instances.get(instanceId);
    if (!instance) throw new ApiError('not-found', 'no instance has this id');
    if (instance.nodeId === null) throw new ApiError('conflict', 'the instance has no node yet');
    return instance.nodeId;
  }
}
