import { apiError, type ShownError } from '../api-errors/index.js';

/** More than this is no refusal that somebody reads. */
const MAX_BYTES = 64 * 1024;

/**
 * What an engine says when it refuses a stream that had begun with comments: its status is too late, its words are not.
 * They go on as an error event, in the form the clients of that stream raise.
 */
export class EngineRefusal {
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(readonly status: number) {}

  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= MAX_BYTES) this.#parts.push(chunk);
    else this.#parts = [];
  }

  /** The engine's own error where its body is one of OpenAI's kind. */
  error(): ShownError {
    const plain = { ...apiError('upstream_error', `The engine refused the request with status ${this.status}.`), status: this.status };
    const said = errorOf(Buffer.concat(this.#parts).toString());
    if (typeof said?.['message'] !== 'string') return plain;
    return { status: this.status, message: said['message'], type: word(said['type']) ?? plain.type, param: word(said['param']) ?? null, code: word(said['code']) ?? plain.code };
  }
}

/** vLLM up to 0.9 and SGLang answer with the error itself, others with it inside of `error`. */
function errorOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null) return undefined;
    const { error } = body as { error?: unknown };
    return typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : (body as Record<string, unknown>);
  } catch {
    return undefined;
  }
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
