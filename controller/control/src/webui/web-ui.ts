import type { Logger } from '@openstation/kit';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { readFileTable, type WebFile } from './file-table.js';
import { MISSING_CONSOLE } from './missing-console.js';

const gzipAsync = promisify(gzip);
/** Smaller answers fit into one packet anyway. */
const MIN_COMPRESSED_BYTES = 1400;

/**
 * Serves the built console. Files with a hash in their name are kept by browsers for ever; `index.html` is asked
 * for each time and answers every address of the app, so that links into it and reloads work.
 */
export class WebUi {
  #table: ReadonlyMap<string, WebFile> = new Map();
  #indexChangedAt = 0;
  readonly #compressed = new Map<string, Buffer>();

  /** @param documents JSON documents by path, served as they are (the API's description). */
  constructor(
    private readonly root: string | undefined,
    private readonly documents: ReadonlyMap<string, string>,
    private readonly logger: Logger,
  ) {}

  /** Whether this is one of the fixed documents. */
  has(url: string): boolean {
    return this.documents.has(url);
  }

  /** Never throws: a file that vanished is a 404, a broken connection is over. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answer(request, response);
    } catch (error) {
      if (response.destroyed || (error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return;
      this.logger.warn({ err: error }, 'a file of the console could not be served');
      if (response.headersSent) response.destroy();
      else end(response, 500, 'text/plain; charset=utf-8', 'the console could not be read\n');
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return end(response, 405, 'text/plain; charset=utf-8', 'only GET and HEAD\n');
    }
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const document = this.documents.get(path);
    if (document !== undefined) return end(response, 200, 'application/json', document);
    const isPage = !/\.[a-z0-9]+$/i.test(path);
    if (isPage || path === '/index.html') await this.#refresh();
    const file = this.#table.get(isPage ? '/index.html' : path);
    if (file) return this.#sendFile(file, request, response);
    if (isPage && this.#table.size === 0) return end(response, 200, 'text/html; charset=utf-8', MISSING_CONSOLE);
    return end(response, 404, 'text/plain; charset=utf-8', 'there is nothing at this address\n');
  }

  /** Reads the directory again when the console was built anew under a running controller. */
  async #refresh(): Promise<void> {
    if (this.root === undefined) return;
    const changedAt = await changeTime(join(this.root, 'index.html'));
    if (changedAt === this.#indexChangedAt) return;
    this.#table = changedAt === 0 ? new Map() : await readFileTable(this.root);
    this.#compressed.clear();
    this.#indexChangedAt = changedAt;
  }

  async #sendFile(file: WebFile, request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('cache-control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    response.setHeader('etag', file.etag);
    response.setHeader('vary', 'accept-encoding');
    if (request.headers['if-none-match'] === file.etag) {
      response.writeHead(304).end();
      return;
    }
    response.setHeader('content-type', file.contentType);
    const small = file.compressible && file.bytes >= MIN_COMPRESSED_BYTES && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '') ? await this.#compress(file) : undefined;
    if (small) response.setHeader('content-encoding', 'gzip');
    response.setHeader('content-length', small?.length ?? file.bytes);
    response.writeHead(200);
    if (request.method === 'HEAD') response.end();
    else if (small) response.end(small);
    else await pipeline(createReadStream(file.path), response);
  }

  async #compress(file: WebFile): Promise<Buffer> {
    const known = this.#compressed.get(file.path);
    if (known) return known;
    const made = await gzipAsync(await readFile(file.path));
    this.#compressed.set(file.path, made);
    return made;
  }
}

async function changeTime(file: string): Promise<number> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

function end(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.setHeader('cache-control', 'no-cache');
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
