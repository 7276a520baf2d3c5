import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect as connectPlain, isIP } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import { CountedBody } from './counted-body.js';
import { HeadWire } from './head-wire.js';
import type { FileBody } from './hub.js';
import { HubError } from './hub-error.js';
import { RawConnection } from './raw-connection.js';
import type { safeLookup } from './safe-address.js';

export interface DirectAsk {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly lookup: ReturnType<typeof safeLookup>;
  readonly connectMs: number;
  readonly answerMs: number;
  readonly signal: AbortSignal;
}

const MAX_DROPPED = 64 << 10;
/** Servers keep idle connections for five seconds and more. */
const IDLE_MS = 3_000;

/**
 * HTTP/1.1 for large bodies. Node's own parser reads the head of an answer; a body with an announced length then goes from
 * the socket to whoever takes it, without parser and without a buffer per read: a third of the CPU (docs/benchmarks.md). Any
 * other body stays with the parser.
 */
export class DirectHttp {
  readonly #idle = new Map<string, RawConnection[]>();
  readonly #open = new Set<RawConnection>();

  async get(ask: DirectAsk): Promise<FileBody> {
    const kept = this.#idle.get(ask.url.origin)?.pop();
    if (kept) {
      try {
        return await this.#ask(kept, ask);
      } catch (error) {
        // It may have been closed at the very moment it was taken.
        if (ask.signal.aborted || error instanceof HubError) throw error;
      }
    }
    return this.#ask(this.#connect(ask), ask);
  }

  close(): void {
    for (const { socket } of this.#open) socket.destroy();
  }

  #connect({ url, lookup, connectMs }: DirectAsk): RawConnection {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const secure = url.protocol === 'https:';
    const port = Number(url.port || (secure ? 443 : 80));
    const name = isIP(host) === 0 ? { servername: host } : {};
    // The types of `tls.connect` do not know the options of `net.connect` that it passes on.
    const connection = new RawConnection((onread) => (secure ? connectSecure(Object.assign({ host, port, lookup, ALPNProtocols: ['http/1.1'], ...name }, { onread })) : connectPlain({ host, port, lookup, onread })));
    const { socket } = connection;
    const connecting = setTimeout(() => socket.destroy(new HubError('away', `${url.host} cannot be reached`)), connectMs);
    socket.once(secure ? 'secureConnect' : 'connect', () => clearTimeout(connecting));
    socket.once('close', () => {
      clearTimeout(connecting);
      this.#open.delete(connection);
      const others = this.#idleAt(url.origin).filter((one) => one !== connection);
      if (others.length > 0) this.#idle.set(url.origin, others);
      else this.#idle.delete(url.origin);
    });
    socket.on('timeout', () => socket.destroy());
    // Whoever uses it listens too; an idle one has nobody to tell.
    socket.on('error', () => undefined);
    socket.setNoDelay(true);
    this.#open.add(connection);
    return connection;
  }

  #ask(connection: RawConnection, { url, headers, answerMs, signal }: DirectAsk): Promise<FileBody> {
    const { socket } = connection;
    return new Promise<FileBody>((resolve, reject) => {
      const abort = (): void => { socket.destroy(signal.reason as Error); };
      const timer = setTimeout(() => socket.destroy(new HubError('away', `${url.host} does not answer`)), answerMs);
      const wire = new HeadWire(connection);
      const { hostname, pathname, search, host } = url;
      const asking = request({ host: hostname, path: pathname + search, createConnection: () => wire, headers: { ...headers, host, connection: 'keep-alive' } });
      const over = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        socket.off('error', fail).off('close', closed);
      };
      const fail = (error: Error): void => {
        over();
        socket.destroy();
        wire.destroy();
        reject(error);
      };
      const closed = (): void => fail(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }));
      wire.on('error', () => undefined);
      // A head that is no HTTP ends here only; after the head it is of no interest.
      asking.on('error', fail);
      socket.once('error', fail).once('close', closed);
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      asking.once('response', (message) => {
        clearTimeout(timer);
        socket.off('error', fail).off('close', closed);
        asking.off('error', fail).on('error', () => undefined);
        socket.once('close', over);
        resolve(this.#body(connection, wire, message, url.origin, () => {
          over();
          socket.off('close', over);
        }));
        if (!wire.parsing) asking.destroy();
      });
      asking.end();
    });
  }

  #body(connection: RawConnection, wire: HeadWire, message: IncomingMessage, origin: string, over: () => void): FileBody {
    const length = announcedLength(message.statusCode ?? 0, message.headers);
    if (length === undefined) {
      connection.socket.on('error', (error) => message.destroy(error)).once('close', () => wire.push(null));
      message.once('close', () => connection.socket.destroy());
      // Not inside the parser, which is just telling of the head.
      process.nextTick(() => wire.parseOn());
      return message;
    }
    message.on('error', () => undefined);
    const early = wire.leave();
    const done = (): void => {
      over();
      if (message.headers.connection?.toLowerCase() === 'close') connection.socket.destroy();
      else this.#keep(origin, connection);
    };
    return new CountedBody(message.statusCode ?? 0, message.headers, length, connection, early, done);
  }

  #keep(origin: string, connection: RawConnection): void {
    if (connection.socket.destroyed) return;
    this.#idle.set(origin, [...this.#idleAt(origin), connection]);
    connection.socket.setTimeout(IDLE_MS);
    connection.resume();
  }

  #idleAt(origin: string): RawConnection[] {
    return this.#idle.get(origin) ?? [];
  }
}

/** A body that nobody wants: a short one is read to its end, so that its connection stays usable; another may be endless. */
export function dropBody(body: FileBody): void {
  if (Number(body.headers['content-length'] ?? Infinity) > MAX_DROPPED) return void body.destroy();
  body.once('error', () => undefined);
  body.resume();
}

/** undefined: not known before the end. Both lengths at once are refused by the parser. */
function announcedLength(status: number, headers: IncomingHttpHeaders): number | undefined {
  if (status === 204 || status === 304) return 0;
  if (headers['transfer-encoding'] !== undefined || headers['content-length'] === undefined) return undefined;
  return Number(headers['content-length']);
}
