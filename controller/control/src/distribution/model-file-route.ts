import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendFileRange, type Logger } from '@openstation/kit';
import { SPARE_HEADER, parseByteRange, parseModelPath, type MemberIdentity } from '@openstation/proto';
import { LOGGER } from '../config/index.js';
import { AgentListener } from '../listeners/index.js';
import { LibraryFiles, type ModelRow } from '../models/index.js';
import { ModelAccess } from './model-access.js';
import { TransferLimits } from './transfer-limits.js';

/** Pieces sent side by side, to all nodes together; more are told to come back. */
const MAX_SENDING = 32;
/** Of them to one node, so that one cannot take all places. */
const MAX_TO_ONE = 8;

/** Model files for nodes, on the agents port: each node gets the models that its assignments and orders name. */
@Injectable()
export class ModelFileRoute implements OnModuleInit {
  readonly #sending: string[] = [];

  constructor(
    private readonly listener: AgentListener,
    private readonly access: ModelAccess,
    private readonly library: LibraryFiles,
    private readonly limits: TransferLimits,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.listener.serveRequests((member, request, response) => {
      this.#answer(member, request, response).catch((error: unknown) => {
        this.logger.debug({ member: member.id, reason: (error as Error).message }, 'a model file could not be sent to its end');
        if (response.headersSent) response.destroy();
        else refuse(response, 500);
      });
    });
  }

  async #answer(member: MemberIdentity, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wish = request.method === 'GET' && member.role === 'agent' ? parseModelPath(request.url ?? '') : undefined;
    if (wish?.file === undefined) return refuse(response, 404);
    const model = await this.access.model(member.id, { digest: wish.digest });
    if (!model) return refuse(response, 403);
    const listed = model.inPlaceNodeId === null ? model.files.find(({ path }) => path === wish.file) : undefined;
    if (!listed) return refuse(response, 404);
    const range = parseByteRange(request.headers.range, listed.bytes);
    if (!range) return refuse(response, 416);
    // A spare piece has another source: it goes out only while nobody waits for one that has none.
    const most = request.headers[SPARE_HEADER] === undefined ? MAX_SENDING : 1;
    if (this.#sending.length >= most || this.#sending.filter((id) => id === member.id).length >= MAX_TO_ONE) return refuse(response, 503);
    await this.#send(member.id, model, listed.path, range, listed.bytes, response);
  }

  async #send(nodeId: string, model: ModelRow, path: string, range: readonly [number, number], size: number, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('the node left')));
    this.#sending.push(nodeId);
    try {
      const file = await this.library.open(model, path, gone.signal);
      try {
        const [from, to] = range;
        response.writeHead(206, { 'content-length': to - from, 'content-range': `bytes ${from}-${to - 1}/${size}`, 'content-type': 'application/octet-stream' });
        await sendFileRange(file, range, response, this.limits.sending, gone.signal);
        response.end();
      } finally {
        await file.close();
      }
    } finally {
      this.#sending.splice(this.#sending.indexOf(nodeId), 1);
    }
  }
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0 }).end();
}
