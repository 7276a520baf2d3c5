import { Agent, request } from 'undici';

/** An error answer of the REST API. */
export class RestError extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly field: string | undefined) {
    super(`${status} ${code}: ${message}${field === undefined ? '' : ` (${field})`}`);
  }
}

/** A client of `/api/v1` with the authorization that `authorization()` returns for each request. */
export class Rest {
  // The certificate is the cluster's own; what these tests ask over loopback is not who answers.
  readonly #agent = new Agent({ connect: { rejectUnauthorized: false }, headersTimeout: 20_000, bodyTimeout: 20_000, connectTimeout: 5000 });

  constructor(readonly origin: string, private readonly authorization: () => string) {}

  async get<T>(path: string): Promise<T> {
    return this.#call<T>('GET', path);
  }

  async post<T>(path: string, body?: unknown): Promise<T> {
    return this.#call<T>('POST', path, body);
  }

  async put<T>(path: string, body: unknown): Promise<T> {
    return this.#call<T>('PUT', path, body);
  }

  async patch<T>(path: string, body: unknown): Promise<T> {
    return this.#call<T>('PATCH', path, body);
  }

  async delete<T>(path: string): Promise<T> {
    return this.#call<T>('DELETE', path);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #call<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
    const answer = await request(`${this.origin}/api/v1${path}`, {
      method,
      dispatcher: this.#agent,
      headers: { authorization: this.authorization(), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode < 300) return (text === '' ? undefined : JSON.parse(text)) as T;
    throw restError(answer.statusCode, text);
  }
}

function restError(status: number, text: string): RestError {
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string; field?: string } };
    return new RestError(status, error.code, error.message, error.field);
  } catch {
    return new RestError(status, 'not-our-error-shape', text.slice(0, 500), undefined);
  }
}
