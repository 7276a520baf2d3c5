import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Faults, type FaultRule } from './faults.ts';
import { HubRequest, contentKey } from './hub-request.ts';
import { huggingface } from './huggingface-hub.ts';
import { modelscope } from './modelscope-hub.ts';
import { Repositories, fileOf, type RepositorySpec } from './repositories.ts';
import { etagOf, sendFile, sendJson } from './send-file.ts';

/** One request as it came: what tests look at. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly range: string | null;
  readonly ifRange: string | null;
  /** Whether a token came along. */
  readonly authorized: boolean;
}

/**
 * ModelScope and Hugging Face on one port, with models of any size that are stored nowhere and faults on demand. Also
 * controlled over HTTP: `/_control/repository`, `/_control/faults`, `/_control/seen`, `/_control/reset`.
 */
export class HubServer {
  readonly repositories = new Repositories();
  readonly faults = new Faults();
  seen: Seen[] = [];
  /** Bytes of files sent since the last reset. */
  bytesSent = 0;
  /** Redirects to large files lead to this host name at the same port, as hubs lead to their content servers; undefined: the same host. */
  contentHost: string | undefined;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      response.on('error', () => undefined);
      this.#answer(request, response).catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else sendJson(response, 500, { error: String(error) });
      });
    });
    this.#server.keepAliveTimeout = 60_000;
  }

  static async start(port = 0, host = '127.0.0.1'): Promise<HubServer> {
    const hub = new HubServer();
    hub.#server.listen(port, host);
    await once(hub.#server, 'listening');
    return hub;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Breaks every connection there is. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://hub');
    if (url.pathname.startsWith('/_control/')) return this.#control(request, response, url.pathname.slice('/_control/'.length));
    this.seen.push({
      method: request.method ?? '', path: `${url.pathname}${url.search}`, host: request.headers.host ?? '', range: request.headers.range ?? null, ifRange: String(request.headers['if-range'] ?? '') || null,
      authorized: request.headers.authorization !== undefined || request.headers.cookie !== undefined,
    });
    const elsewhere = url.pathname.startsWith('/elsewhere/');
    if (elsewhere) url.pathname = url.pathname.slice('/elsewhere'.length);
    const hub = new HubRequest(request, response, url, this.repositories, elsewhere ? new Faults() : this.faults, (bytes) => { this.bytesSent += bytes; }, this.contentHost);
    if (await this.#content(hub)) return;
    if ((await modelscope(hub)) || (await huggingface(hub))) return;
    sendJson(response, 404, { error: 'not found' });
  }

  /** The content servers behind both hubs. They know no tokens: the address is the right to read. */
  async #content(hub: HubRequest): Promise<boolean> {
    const match = /^\/lfs-objects\/([^/]+)\/([^/]+)$/.exec(hub.url.pathname);
    if (!match) return false;
    const [id, path] = [decodeURIComponent(match[1] ?? ''), decodeURIComponent(match[2] ?? '')];
    const repository = this.repositories.get(id);
    const file = repository && fileOf(repository, path);
    if (!file || hub.url.searchParams.get('auth_key') !== contentKey(id, path)) sendJson(hub.response, 403, { error: 'signature' });
    else await sendFile({ request: hub.request, response: hub.response, file, etag: etagOf(file), partStatus: 206, fault: undefined, onBytes: hub.onBytes });
    return true;
  }

  async #control(request: IncomingMessage, response: ServerResponse, word: string): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = chunks.length === 0 ? undefined : (JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown);
    if (word === 'repository') return sendJson(response, 200, { commit: this.repositories.put(body as RepositorySpec).commit });
    if (word === 'faults') this.faults.arm(body as FaultRule[]);
    if (word === 'reset') {
      this.seen = [];
      this.bytesSent = 0;
      this.faults.arm([]);
    }
    sendJson(response, 200, word === 'seen' ? { requests: this.seen, bytesSent: this.bytesSent } : {});
  }
}
