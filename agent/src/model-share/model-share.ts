import type { IncomingMessage, ServerResponse } from 'node:http';
import { RateLimit, sendFileRange, type Logger } from '@openstation/kit';
import type { MemberRecord } from '@openstation/member';
import { GRANT_HEADER, parseByteRange, parseModelPath, readModelGrant, type MemberIdentity, type PieceList } from '@openstation/proto';
import type { ModelCache, SharedModel } from '../model-cache/index.js';

/** Files sent to other nodes side by side; more are told to come back. */
const MAX_SENDING = 16;
/** Of them to one node, so that one cannot take all places. */
const MAX_TO_ONE = 4;

/**
 * Answers other agents. Who asks is known by certificate; whether it may have the model is in the grant it shows, signed by the
 * controller for this node and this digest. Only pieces that were found right are sent.
 */
export class ModelShare {
  readonly #sending: string[] = [];

  constructor(
    private readonly cache: Pick<ModelCache, 'share'>,
    private readonly member: () => Pick<MemberRecord, 'clusterId' | 'authorityPem'>,
    private readonly now: () => number,
    private readonly log: Logger,
  ) {}

  answer(peer: MemberIdentity, request: IncomingMessage, response: ServerResponse): void {
    this.#answer(peer, request, response).catch((error: unknown) => {
      this.log.debug({ peer: peer.id, reason: (error as Error).message }, 'a model file could not be sent to its end');
      if (response.headersSent) response.destroy();
      else refuse(response, 500);
    });
  }

  async #answer(peer: MemberIdentity, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wish = request.method === 'GET' ? parseModelPath(request.url ?? '') : undefined;
    if (!wish) return refuse(response, 404);
    if (!this.#mayHave(peer, wish.digest, request.headers[GRANT_HEADER])) return refuse(response, 403);
    const model = await this.cache.share(wish.digest);
    if (!model) return refuse(response, 404);
    if (wish.file === undefined) return sendList(model, response);
    return this.#send(peer.id, model, wish.file, request, response);
  }

  #mayHave(peer: MemberIdentity, digest: string, header: string | string[] | undefined): boolean {
    const grant = typeof header === 'string' ? readModelGrant(header, this.member(), this.now()) : undefined;
    if (grant?.nodeId === peer.id && grant.manifestDigest === digest) return true;
    this.log.warn({ peer: peer.id, digest }, 'a node asked for a model without a grant for it');
    return false;
  }

  async #send(peerId: string, model: SharedModel, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const size = model.sizeOf(path);
    const range = size === undefined ? undefined : parseByteRange(request.headers.range, size);
    if (size === undefined) return refuse(response, 404);
    if (!range || !model.holds(path, ...range)) return refuse(response, 416);
    if (this.#sending.length >= MAX_SENDING || this.#sending.filter((id) => id === peerId).length >= MAX_TO_ONE) return refuse(response, 503);
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('the other node left')));
    this.#sending.push(peerId);
    try {
      const file = await model.open(path);
      try {
        const [from, to] = range;
        response.writeHead(206, { 'content-length': to - from, 'content-range': `bytes ${from}-${to - 1}/${size}`, 'content-type': 'application/octet-stream' });
        await sendFileRange(file, range, response, new RateLimit(undefined), gone.signal);
        response.end();
      } finally {
        await file.close();
      }
    } finally {
      this.#sending.splice(this.#sending.indexOf(peerId), 1);
    }
  }
}

function sendList({ have, fetching }: SharedModel, response: ServerResponse): void {
  const list: PieceList = { have: have.bytes.toString('base64'), fetching: fetching.bytes.toString('base64') };
  const body = JSON.stringify(list);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0 }).end();
}
