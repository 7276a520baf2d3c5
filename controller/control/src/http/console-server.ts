import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyServerFactory } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { API_PREFIX } from './endpoint.js';
import { jsonOf } from './kept-json.js';
import { setSecurityHeaders } from './security-headers.js';

const BODY_BYTES = 1024 * 1024;

export interface ConsoleServerOptions {
  readonly keyPem: string;
  readonly certificateChainPem: string;
  /** Answers everything outside the API's routes: the console's files. */
  readonly documents: { has(url: string): boolean; serve(request: IncomingMessage, response: ServerResponse): Promise<void> };
}

/** The HTTPS server of the console's port with the API behind Nest and files in front of it. */
export function makeConsoleAdapter(options: ConsoleServerOptions): FastifyAdapter {
  const serverFactory: FastifyServerFactory = (api) => {
    const server: Server = createServer(
      { key: options.keyPem, cert: options.certificateChainPem, minVersion: 'TLSv1.2', headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 32 * 1024 },
      (request, response) => {
        setSecurityHeaders(response);
        const url = request.url ?? '/';
        if (isApiPath(url) && !options.documents.has(url)) {
          response.setHeader('cache-control', 'no-store');
          api(request, response);
        } else {
          void options.documents.serve(request, response);
        }
      },
    );
    return server;
  };
  const adapter = new FastifyAdapter({ serverFactory: serverFactory as never, bodyLimit: BODY_BYTES, genReqId: () => randomUUID(), forceCloseConnections: true });
  acceptJsonOnly(adapter.getInstance<FastifyInstance>());
  // Bytes are sent as they are; the type only knows text.
  adapter.getInstance<FastifyInstance>().setReplySerializer(jsonOf as (answer: unknown) => string);
  return adapter;
}

function isApiPath(url: string): boolean {
  return url.startsWith(`${API_PREFIX}/`) || url === API_PREFIX;
}

/** An absent body is fine under any content type: routes without input ignore it, others say which field is missing. */
function acceptJsonOnly(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body as string, done);
  });
}
