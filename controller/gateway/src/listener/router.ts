import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KeyEntry } from '@openstation/proto';
import { apiError, type ErrorDialect } from '../api-errors/index.js';
import { authorise } from '../auth/index.js';
import { API_ENDPOINTS, InferenceCall, answerError, type CallEnvironment, type ClientExchange } from '../proxy/index.js';
import type { RouteSnapshot } from '../route-table/index.js';
import type { Cors } from './cors.js';
import { findModel, listModels } from './model-list.js';
import { requestIdOf } from './request-id.js';

const MODELS = '/v1/models';

/** Sends each request to what answers it. */
export class Router {
  constructor(
    private readonly env: CallEnvironment,
    private readonly cors: Cors,
    private readonly isReady: () => boolean,
  ) {}

  handle(request: IncomingMessage, response: ServerResponse): void {
    const requestId = requestIdOf(request);
    response.setHeader('x-request-id', requestId);
    // A client that breaks off is heard through 'close'; without a listener this would end the process.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    if (this.cors.handle(request, response)) return;
    this.#route({ request, response, requestId }, (request.url ?? '').split('?', 1)[0] ?? '');
  }

  #route(client: ClientExchange, path: string): void {
    const { method } = client.request;
    const endpoint = API_ENDPOINTS.get(path);
    if (endpoint) {
      // `run` answers every failure itself and never rejects.
      if (method === 'POST') void new InferenceCall(this.env, client, endpoint).run();
      else this.#wrongMethod(client, endpoint.dialect, 'POST');
    } else if (path === '/healthz' || path === '/readyz') {
      this.#health(client, path === '/healthz' || this.isReady());
    } else if (path === MODELS || path.startsWith(`${MODELS}/`)) {
      if (method === 'GET') this.#models(client, path);
      else this.#wrongMethod(client, 'openai', 'GET');
    } else {
      answerError(client, 'openai', apiError('unknown_url', `Unknown request URL: ${method ?? ''} ${path}.`));
    }
  }

  #health({ response }: ClientExchange, ok: boolean): void {
    answerJson(response, ok ? 200 : 503, { status: ok ? 'ok' : 'not-ready' });
  }

  #wrongMethod(client: ClientExchange, dialect: ErrorDialect, allow: string): void {
    client.response.setHeader('allow', allow);
    answerError(client, dialect, apiError('method_not_allowed', `Use ${allow} for this address, not ${client.request.method ?? ''}.`));
  }

  #models(client: ClientExchange, path: string): void {
    const snapshot = this.env.snapshot();
    if (!snapshot) {
      answerError(client, 'openai', apiError('gateway_not_ready', 'The gateway has no route table yet. Try again in a few seconds.'));
      return;
    }
    const access = authorise(client.request.rawHeaders, snapshot, this.env.keys, Date.now());
    if (!access.granted) answerError(client, 'openai', access.error);
    else if (path === MODELS) answerJson(client.response, 200, listModels(snapshot, access.key));
    else this.#model(client, snapshot, access.key, path.slice(MODELS.length + 1));
  }

  #model(client: ClientExchange, snapshot: RouteSnapshot, key: KeyEntry, encoded: string): void {
    const name = decode(encoded);
    const model = name === undefined ? undefined : findModel(snapshot, key, name);
    if (model) answerJson(client.response, 200, model);
    else answerError(client, 'openai', apiError('model_not_found', `The model "${name ?? encoded}" does not exist.`, 'model'));
  }
}

function answerJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // A broken escape names no model.
  }
}
