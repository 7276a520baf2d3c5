import { Controller } from '@nestjs/common';
import { ApiError, Endpoint, Input, type InputOf } from '../http/index.js';
import { MetricHistory, type HistoryView } from './metric-history.js';
import { NodeEvents, type NodeEventView } from './node-events.js';
import { NodeSessions, type NodeSessionView } from './node-sessions.js';
import { NodeRepository } from './node.repository.js';
import { routes } from './nodes.schema.js';

interface Page<T> {
  items: T[];
  next: string | null;
}

/** What is recorded of nodes over time. */
@Controller()
export class NodeRecordsController {
  constructor(
    private readonly nodes: NodeRepository,
    private readonly history: MetricHistory,
    private readonly events: NodeEvents,
    private readonly sessions: NodeSessions,
  ) {}

  @Endpoint(routes.nodeHistory)
  async nodeHistory(@Input() { params, query }: InputOf<typeof routes.nodeHistory>): Promise<HistoryView> {
    return this.history.read(await this.#known(params.id), query.minutes, query.points);
  }

  @Endpoint(routes.nodeEvents)
  async nodeEvents(@Input() { params, query }: InputOf<typeof routes.nodeEvents>): Promise<Page<NodeEventView>> {
    return this.events.page(await this.#known(params.id), query.limit, query.before);
  }

  @Endpoint(routes.nodeSessions)
  async nodeSessions(@Input() { params, query }: InputOf<typeof routes.nodeSessions>): Promise<Page<NodeSessionView>> {
    return this.sessions.page(await this.#known(params.id), query.limit, query.before);
  }

  async #known(id: string): Promise<string> {
    if (!(await this.nodes.get(id))) throw new ApiError('not-found', 'no node has this id');
    return id;
  }
}
