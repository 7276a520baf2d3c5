import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { PeerCertificate } from 'node:tls';
import type { MemberRecord } from '@openstation/member';
import { GRANT_HEADER, MODELS_PATH, SPARE_HEADER, memberFromSubjectAltName, modelFilePath, type MemberIdentity, type PieceList } from '@openstation/proto';
import { ModelSourceError, type PieceSource, type RangeWish } from './model-source.js';

const CONNECT_AND_ANSWER_MS = 15_000;
const SILENT_AFTER_MS = 20_000;
const MAX_PIECE_LIST = 4 * 1024 * 1024;
const WHOLE_PIECE_LIST_MS = 20_000;

export interface HttpSourceParts {
  readonly kind: 'controller' | 'node';
  readonly name: string;
  /** host:port */
  readonly address: () => string;
  readonly member: () => MemberRecord;
  /** Who must answer there, by certificate. */
  readonly expected: Pick<MemberIdentity, 'role' | 'id'>;
  readonly isRevoked: (memberId: string) => boolean;
  /** Shown to nodes. */
  readonly grant: () => string;
}

/** Model files over HTTPS with mutual TLS: the controller and the data port of a node speak the same words. */
export class HttpPieceSource implements PieceSource {
  readonly kind: 'controller' | 'node';
  readonly name: string;
  readonly #connections = new Agent({ keepAlive: true, maxFreeSockets: 2, keepAliveMsecs: 10_000, timeout: SILENT_AFTER_MS });

  constructor(private readonly parts: HttpSourceParts) {
    this.kind = parts.kind;
    this.name = parts.name;
  }

  async *read(wish: RangeWish, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const headers = { range: `bytes=${wish.from}-${wish.to - 1}`, ...(wish.spare ? { [SPARE_HEADER]: '1' } : {}) };
    const response = await this.#get(modelFilePath(wish.digest, wish.path), headers, signal);
    const length = wish.to - wish.from;
    if (response.statusCode !== 206 || Number(response.headers['content-length']) !== length) {
      response.destroy();
      throw new ModelSourceError(`${this.name} did not send the bytes that were asked for`, false);
    }
    let received = 0;
    try {
      for await (const chunk of response) {
        received += (chunk as Buffer).length;
        yield chunk as Buffer;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw new ModelSourceError(`${this.name} broke off: ${(error as Error).message}`, true);
    }
    if (received !== length) throw new ModelSourceError(`${this.name} broke off`, true);
  }

  async pieces(digest: string, signal: AbortSignal): Promise<{ have: Uint8Array; fetching: Uint8Array }> {
    const late = AbortSignal.timeout(WHOLE_PIECE_LIST_MS);
    try {
      return readPieceList(await this.#text(`${MODELS_PATH}${digest}/pieces`, AbortSignal.any([signal, late])));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ModelSourceError) throw error;
      throw new ModelSourceError(`${this.name} sent no usable piece list: ${late.aborted ? 'it took too long' : (error as Error).message}`, late.aborted);
    }
  }

  close(): void {
    this.#connections.destroy();
  }

  async #text(path: string, signal: AbortSignal): Promise<string> {
    let body = '';
    for await (const chunk of await this.#get(path, {}, signal)) {
      body += (chunk as Buffer).toString('latin1');
      if (body.length > MAX_PIECE_LIST) throw new Error('it is too long');
    }
    return body;
  }

  /** An answer with bytes. @throws ModelSourceError for any other */
  async #get(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
    const response = await this.#response(path, headers, signal);
    const { statusCode = 0 } = response;
    if (statusCode === 200 || statusCode === 206) return response;
    response.resume();
    if (statusCode === 503 || statusCode === 416) throw new ModelSourceError(`${this.name} has no time or not this piece`, true, true);
    throw new ModelSourceError(`${this.name} refuses (${statusCode})`, statusCode >= 500);
  }

  async #response(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
    const { address, member, grant, kind } = this.parts;
    const record = member();
    const { host, port } = splitAddress(address());
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const call = request({
      host, port, path, method: 'GET', agent: this.#connections, signal, servername: '',
      headers: { ...headers, ...(kind === 'node' ? { [GRANT_HEADER]: grant() } : {}) },
      key: record.privateKeyPem, cert: record.certificateChainPem, ca: record.authorityPem,
      checkServerIdentity: (_host, certificate) => this.#strangerError(record.clusterId, certificate),
    });
    const late = setTimeout(() => call.destroy(new Error('no answer in time')), CONNECT_AND_ANSWER_MS);
    call.setTimeout(SILENT_AFTER_MS, () => call.destroy(new Error('no byte in time')));
    call.once('response', resolve);
    call.on('error', reject);
    call.end();
    try {
      return await promise;
    } catch (error) {
      signal.throwIfAborted();
      throw new ModelSourceError(`${this.name} cannot be reached: ${(error as Error).message}`, true);
    } finally {
      clearTimeout(late);
    }
  }

  /** Any member's data certificate chains to the same root: the name inside decides. */
  #strangerError(clusterId: string, certificate: PeerCertificate): Error | undefined {
    const peer = memberFromSubjectAltName(certificate.subjectaltname);
    const { role, id } = this.parts.expected;
    if (peer?.clusterId !== clusterId || peer.role !== role || peer.id !== id) return new Error(`${this.name} is not who it should be`);
    return this.parts.isRevoked(id) ? new Error(`${this.name} was removed from the cluster`) : undefined;
  }
}

/** Anything may come from a node: only two texts are taken for bitmaps. @throws Error */
function readPieceList(body: string): { have: Uint8Array; fetching: Uint8Array } {
  const { have, fetching } = JSON.parse(body) as Partial<Record<keyof PieceList, unknown>>;
  if (typeof have !== 'string' || typeof fetching !== 'string') throw new Error('it has no bitmaps');
  return { have: Buffer.from(have, 'base64'), fetching: Buffer.from(fetching, 'base64') };
}

function splitAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
}
