import { Injectable } from '@nestjs/common';
import { Clock } from '../config/index.js';
import { NodeRepository } from '../nodes/index.js';
import { OrderError } from './cache-orders.js';
import { AgentLine } from './agent-line.js';

/** Longer than a restart of an agent or a controller; a node that is away longer is not waited for. */
export const AWAY_MS = 2 * 60_000;
const LOOK_EVERY_MS = 1000;

/** Ends what waits for a node that is gone: without a session, or with one that carries nothing any more. */
@Injectable()
export class AwayNodes {
  constructor(
    private readonly nodes: NodeRepository,
    private readonly line: AgentLine,
    private readonly clock: Clock,
  ) {}

  /** @throws OrderError when the node was away for two minutes on end; what `work` throws; the signal's reason */
  async unless<T>(nodeId: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const gone = new AbortController();
    let since: number | undefined;
    let looking = false;
    const look = async (): Promise<void> => {
      const node = await this.nodes.get(nodeId);
      const away = !this.line.talk.isConnected(nodeId) || node?.state === 'unreachable';
      since = away ? (since ?? this.clock.now()) : undefined;
      if (!node) gone.abort(new OrderError('the node was removed'));
      else if (since !== undefined && this.clock.now() - since > AWAY_MS) gone.abort(new OrderError(`the node was not to be reached for ${AWAY_MS / 60_000} minutes: try again when it is back`));
    };
    const timer = setInterval(() => {
      if (looking) return;
      looking = true;
      look().catch((error: unknown) => gone.abort(error)).finally(() => (looking = false));
    }, LOOK_EVERY_MS);
    try {
      return await work(AbortSignal.any([signal, gone.signal]));
    } finally {
      clearInterval(timer);
    }
  }
}
