import { once } from 'node:events';

/** Writes server-sent events and waits for slow readers, so that nothing piles up in memory. */
export class EventStream {
  #response;

  /** @param {import('node:http').ServerResponse} response */
  constructor(response) {
    this.#response = response;
  }

  async send(data) {
    await this.#write(`data: ${JSON.stringify(data)}\n\n`);
  }

  async end() {
    await this.#write('data: [DONE]\n\n');
    this.#response.end();
  }

  async #write(text) {
    const response = this.#response;
    if (!response.headersSent) {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
    }
    if (response.destroyed || response.write(text)) return;
    const closed = new AbortController();
    const onClose = () => closed.abort();
    response.once('close', onClose);
    try {
      await once(response, 'drain', { signal: closed.signal });
    } catch (error) {
      // The reader left: the caller's own abort signal ends the answer.
      if (!closed.signal.aborted) throw error;
    } finally {
      response.off('close', onClose);
    }
  }
}
