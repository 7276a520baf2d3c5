import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { DirectHttp, dropBody } from './direct-http.js';
import type { FileBody } from './hub.js';
import { HubError } from './hub-error.js';
import { checkLiteral, safeLookup } from './safe-address.js';

export interface SafeHttpOptions {
  /** Hosts (`host` or `host:port`) that redirects may lead to although they lie in this network. */
  readonly trustedHosts: readonly string[];
  /** Ports this program itself listens on: nothing is asked of them. */
  readonly ownPorts?: ReadonlySet<number>;
  readonly connectMs?: number;
  /** From the connection to the answer's head. */
  readonly answerMs?: number;
  readonly userAgent: string;
}

export interface Ask {
  readonly url: URL;
  /** The hub's own address: what it names is meant, and only its origin sees `credentials`. */
  readonly home: URL;
  readonly credentials: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface JsonAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** undefined when it was no JSON. */
  readonly body: unknown;
}

const MAX_REDIRECTS = 3;

/**
 * The only way out to hubs. An address is parsed once; the address connected to is checked, not the name; https unless the
 * hub itself was set up with http; redirects are followed by hand, checked like the first address, and credentials stay at
 * the hub's own origin. No proxy variables, no compression, no cookies.
 */
export class SafeHttp {
  readonly #http = new HttpAgent({ keepAlive: true, maxSockets: 32 });
  readonly #https = new HttpsAgent({ keepAlive: true, maxSockets: 32 });
  readonly #direct = new DirectHttp();

  constructor(private readonly options: SafeHttpOptions) {}

  /** The first answer that is no redirect; its body is not read: meant for large ones. @throws HubError */
  open(ask: Ask): Promise<FileBody> {
    return this.#follow(ask, (url) => this.#once(url, ask));
  }

  /** @throws HubError, also when the answer is longer than `maxBytes` */
  async json(ask: Ask, maxBytes: number): Promise<JsonAnswer> {
    const asking = { ...ask, headers: { accept: 'application/json', ...ask.headers } };
    const answer = await this.#follow(asking, (url) => this.#onceParsed(url, asking));
    const text = await readText(answer, maxBytes, ask.home.host, this.options.answerMs ?? 30_000);
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: parsed(text) };
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
    this.#direct.close();
  }

  async #follow<T extends FileBody>(ask: Ask, once: (url: URL) => Promise<T>): Promise<T> {
    let { url } = ask;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const answer = await once(url);
      const { location } = answer.headers;
      if (![301, 302, 303, 307, 308].includes(answer.statusCode ?? 0) || location === undefined) return answer;
      dropBody(answer);
      url = nextUrl(location, url);
    }
    throw new HubError('wrong-answer', `${ask.home.host} redirects in a circle`);
  }

  /** @throws HubError when the address may not be talked to */
  #allowed(url: URL, { home, credentials, headers }: Ask): { lookup: ReturnType<typeof safeLookup>; headers: Record<string, string> } {
    const named = url.host === home.host || this.options.trustedHosts.some((host) => host === url.host || host === url.hostname);
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && home.protocol === 'http:')) throw new HubError('refused', `${home.host} leads to an address without encryption`);
    if (url.username !== '' || url.password !== '') throw new HubError('refused', `${home.host} leads to an address with a password in it`);
    const reach = { named, ownPort: this.options.ownPorts?.has(Number(url.port || (url.protocol === 'https:' ? 443 : 80))) === true };
    checkLiteral(url.hostname, reach);
    const sent = { 'user-agent': this.options.userAgent, 'accept-encoding': 'identity', ...headers, ...(url.origin === home.origin ? credentials : {}) };
    return { lookup: safeLookup(reach), headers: sent };
  }

  async #once(url: URL, ask: Ask): Promise<FileBody> {
    const { connectMs = 10_000, answerMs = 30_000 } = this.options;
    try {
      return await this.#direct.get({ url, ...this.#allowed(url, ask), connectMs, answerMs, signal: ask.signal });
    } catch (error) {
      throw ask.signal.aborted ? (ask.signal.reason as Error) : asHubError(error, url.host);
    }
  }

  async #onceParsed(url: URL, ask: Ask): Promise<IncomingMessage> {
    const { signal } = ask;
    const { lookup, headers } = this.#allowed(url, ask);
    const { connectMs = 10_000, answerMs = 30_000 } = this.options;
    return new Promise((resolve, reject) => {
      const secure = url.protocol === 'https:';
      const request = (secure ? httpsRequest : httpRequest)(url, { agent: secure ? this.#https : this.#http, headers, signal, lookup });
      const timer = setTimeout(() => request.destroy(new HubError('away', `${url.host} does not answer`)), answerMs);
      request.once('socket', (socket) => {
        if (!socket.connecting) return;
        const connecting = setTimeout(() => request.destroy(new HubError('away', `${url.host} cannot be reached`)), connectMs);
        socket.once(secure ? 'secureConnect' : 'connect', () => clearTimeout(connecting));
        socket.once('close', () => clearTimeout(connecting));
      });
      request.once('response', (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      request.on('error', (error) => {
        clearTimeout(timer);
        reject(signal.aborted ? (signal.reason as Error) : asHubError(error, url.host));
      });
      request.end();
    });
  }
}

/** Anything a connection can fail with, in words. */
export function asHubError(error: unknown, host: string): HubError {
  if (error instanceof HubError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'refuses connections', ENOTFOUND: 'is not a known host name', EAI_AGAIN: 'cannot be looked up now', ECONNRESET: 'broke the connection', ETIMEDOUT: 'cannot be reached',
  };
  return new HubError('away', `${host} ${words[code ?? ''] ?? `cannot be talked to (${code ?? 'the connection failed'})`}`);
}

function nextUrl(location: string, from: URL): URL {
  try {
    return new URL(location, from);
  } catch {
    throw new HubError('wrong-answer', `${from.host} redirects to something that is no address`);
  }
}

async function readText(answer: IncomingMessage, maxBytes: number, host: string, idleMs: number): Promise<string> {
  const late = setTimeout(() => answer.destroy(new HubError('away', `${host} stopped in the middle of an answer`)), idleMs);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new HubError('wrong-answer', `${host} answers with more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw asHubError(error, host);
  } finally {
    clearTimeout(late);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
