import { deadline, type Logger } from '@openstation/kit';
import { lastWordsId } from '@openstation/proto';
import type { LogServer } from './log-server.js';

/** What the controller keeps of one log is less. */
const LINES = 5_000;
/** A controller that takes nothing does not keep an engine on the node. */
const PATIENCE_MS = 5_000;

/** Sends the controller the log of an engine that is about to be removed, as well as that goes at the moment. */
export class LastWords {
  #server: LogServer | undefined;

  constructor(private readonly log: Logger) {}

  /** @param server of the session that began; undefined: there is none now */
  use(server: LogServer | undefined): void {
    this.#server = server;
  }

  /** Never rejects: without a session, or with one that stalls, the log is lost. */
  async tell(instanceId: string): Promise<void> {
    const server = this.#server;
    if (!server) return;
    const requestId = lastWordsId(instanceId);
    try {
      await deadline(server.answer({ requestId, instanceId, tail: LINES, follow: false }), PATIENCE_MS, 'sending the last of a log');
    } catch (error) {
      server.cancel(requestId);
      this.log.info({ instanceId, reason: (error as Error).message }, 'the last of a log was not sent');
    }
  }
}
