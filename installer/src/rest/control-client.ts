import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import type { DataDirectory, Settings } from '../install/index.js';
import { pinnedAuthority } from './pinned-authority.js';
import type { ApiKey, CreatedKey, JoinToken, Model, Node, Operation, Service, ServiceWish, User } from './rest-types.js';

const ANSWER_MS = 15_000;

/** A refusal of the controller, in its own words. */
export class RestError extends Error {
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message);
  }
}

/**
 * The controller's REST API as the local administrator. The token is read for every call: the controller makes a
 * new one at each of its starts.
 */
export class ControlClient {
  constructor(private readonly data: DataDirectory, private readonly port: () => number) {}

  static of(data: DataDirectory, settings: Settings): ControlClient {
    return new ControlClient(data, () => settings.ports.console);
  }

  get<T>(path: string): Promise<T> {
    return this.#call('GET', path);
  }

  post<T>(path: string, body?: unknown): Promise<T> {
    return this.#call('POST', path, body);
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.#call('PUT', path, body);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#call('PATCH', path, body);
  }

  delete<T>(path: string): Promise<T> {
    return this.#call('DELETE', path);
  }

  nodes(): Promise<Node[]> {
    return this.#call('GET', '/nodes');
  }

  async joinToken(kind: 'agent' | 'gateway', nodeName?: string): Promise<string> {
    return (await this.joinCommand(kind, nodeName)).token;
  }

  /** A fresh join token and the line to paste on the joining machine. */
  joinCommand(kind: 'agent' | 'gateway', nodeName?: string): Promise<JoinToken> {
    return this.#call('POST', '/join-tokens', { kind, ...(nodeName === undefined ? {} : { nodeName }) });
  }

  models(): Promise<Model[]> {
    return this.#call('GET', '/models');
  }

  importModel(path: string, name: string): Promise<{ model: Model; operation: Operation }> {
    return this.#call('POST', '/models/import', { path, name });
  }

  model(id: string): Promise<Model> {
    return this.#call('GET', `/models/${id}`);
  }

  services(): Promise<Service[]> {
    return this.#call('GET', '/services');
  }

  service(id: string): Promise<Service> {
    return this.#call('GET', `/services/${id}`);
  }

  createService(wish: ServiceWish): Promise<Service> {
    return this.#call('POST', '/services', wish);
  }

  async deleteService(id: string): Promise<void> {
    await this.#call('DELETE', `/services/${id}`);
  }

  instanceLog(id: string, tail: number): Promise<{ text: string }[]> {
    return this.#call('GET', `/instances/${id}/log?tail=${tail}`);
  }

  /** Whether the engine of the instance answers right now. */
  async answers(instanceId: string): Promise<boolean> {
    try {
      return (await this.#call<{ ok: boolean }>('POST', `/instances/${instanceId}/check`)).ok;
    } catch (error) {
      if (error instanceof RestError) return false; // it ended, or its node is not there
      throw error;
    }
  }

  users(): Promise<User[]> {
    return this.#call('GET', '/users');
  }

  keys(userId: string): Promise<ApiKey[]> {
    return this.#call('GET', `/keys?userId=${encodeURIComponent(userId)}`);
  }

  createKey(userId: string, label: string): Promise<CreatedKey> {
    return this.#call('POST', '/keys', { userId, label });
  }

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const [token, ca] = await Promise.all([readFile(join(this.data.control, 'local-admin.token'), 'utf8'), pinnedAuthority(this.data)]);
    const { status, text } = await this.#send(method, path, body, token.trim(), ca);
    if (status >= 200 && status < 300) return (text === '' ? undefined : JSON.parse(text)) as T;
    throw refusal(status, text, `${method} ${path}`);
  }

  #send(method: string, path: string, body: unknown, token: string, ca: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const call = request({
        host: '127.0.0.1', port: this.port(), path: `/api/v1${path}`, method, ca, timeout: ANSWER_MS, agent: false,
        headers: {
          authorization: `Bearer ${token}`,
          ...(payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
        },
      });
      call.once('error', reject);
      call.once('timeout', () => call.destroy(new Error(`the controller did not answer ${method} ${path} within ${ANSWER_MS} ms`)));
      call.once('response', (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('error', reject);
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }));
      });
      call.end(payload);
    });
  }
}

function refusal(status: number, text: string, what: string): RestError {
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string; field?: string } };
    return new RestError(status, error.code, error.field === undefined || error.message.startsWith(`${error.field}: `) ? error.message : `${error.field}: ${error.message}`);
  } catch {
    return new RestError(status, 'unreadable', `${what}: HTTP ${status}`);
  }
}
