import type { UpstreamHead } from './upstream.js';

const HEAD_LIMIT = 64 * 1024;
const HEAD_END = Buffer.from('\r\n\r\n');
const CHUNK_LINE_LIMIT = 1024;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export interface AnswerEvents {
  onHead(head: UpstreamHead): void;
  onData(chunk: Buffer): void;
}

/** The answer is not HTTP/1.1 as we require it. */
export class AnswerError extends Error {}

type State = 'head' | 'length' | 'until-close' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailer' | 'done';

/**
 * One HTTP/1.1 answer. Strict where leniency has led to request smuggling: one framing header, CRLF lines,
 * plain chunk sizes. `push` may be called with any split of the bytes.
 */
export class AnswerParser {
  #state: State = 'head';
  #held: Buffer | undefined;
  #left = 0;
  #started = false;
  #stopped = false;
  /** The connection may be used again after this answer. */
  keepAlive = true;
  /** `timeout` of the peer's Keep-Alive header in milliseconds. */
  keepAliveMs: number | undefined;

  constructor(private readonly events: AnswerEvents) {}

  get done(): boolean {
    return this.#state === 'done';
  }

  /** A byte of the answer has arrived. */
  get started(): boolean {
    return this.#started;
  }

  /** No event follows, even for bytes of the chunk that is being read now. */
  stop(): void {
    this.#stopped = true;
  }

  /** @throws AnswerError */
  push(chunk: Buffer): void {
    this.#started = true;
    let data = chunk;
    if (this.#held) {
      data = Buffer.concat([this.#held, chunk]);
      this.#held = undefined;
    }
    let at = 0;
    while (at < data.length && !this.#stopped) {
      if (this.#state === 'done') throw new AnswerError('bytes after the end of the answer');
      const next = this.#step(data, at);
      if (next === at) {
        this.#held = at === 0 ? data : data.subarray(at);
        return;
      }
      at = next;
    }
  }

  /** The connection ended. True when that is a proper end of the answer. */
  finish(): boolean {
    if (this.#state === 'until-close') this.#state = 'done';
    return this.#state === 'done';
  }

  /** Consumes from `at`; returns the same position when it needs more bytes. */
  #step(data: Buffer, at: number): number {
    switch (this.#state) {
      case 'head':
        return this.#head(data, at);
      case 'length':
      case 'chunk-data':
        return this.#counted(data, at);
      case 'until-close':
        this.events.onData(at === 0 ? data : data.subarray(at));
        return data.length;
      case 'chunk-size':
        return this.#line(data, at, (line) => this.#chunkSize(line));
      case 'chunk-end':
        return this.#line(data, at, (line) => {
          if (line !== '') throw new AnswerError('a chunk is longer than its size says');
          this.#state = 'chunk-size';
        });
      case 'trailer':
        return this.#line(data, at, (line) => {
          if (line === '') this.#state = 'done';
        });
      case 'done':
        return at;
    }
  }

  #counted(data: Buffer, at: number): number {
    const end = Math.min(data.length, at + this.#left);
    this.#left -= end - at;
    if (this.#left === 0) this.#state = this.#state === 'length' ? 'done' : 'chunk-end';
    this.events.onData(at === 0 && end === data.length ? data : data.subarray(at, end));
    return end;
  }

  #line(data: Buffer, at: number, take: (line: string) => void): number {
    const end = data.indexOf(10, at);
    if (end < 0 || end - at > CHUNK_LINE_LIMIT) {
      if (data.length - at > CHUNK_LINE_LIMIT) throw new AnswerError('a chunk line is too long');
      return at;
    }
    if (end === at || data[end - 1] !== 13) throw new AnswerError('a chunk line does not end with CRLF');
    take(data.toString('latin1', at, end - 1));
    return end + 1;
  }

  #chunkSize(line: string): void {
    const size = /^([0-9a-fA-F]{1,8})(?:[ \t]*;.*)?$/.exec(line)?.[1];
    if (size === undefined) throw new AnswerError('a chunk size is not a number');
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? 'trailer' : 'chunk-data';
  }

  #head(data: Buffer, at: number): number {
    const end = data.indexOf(HEAD_END, at);
    if (end < 0 || end - at > HEAD_LIMIT) {
      if (data.length - at > HEAD_LIMIT) throw new AnswerError('the answer head is too large');
      return at;
    }
    const [statusLine = '', ...lines] = data.toString('latin1', at, end).split('\r\n');
    const match = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [^\n]*)?$/.exec(statusLine);
    if (!match) throw new AnswerError('the answer is not HTTP/1.1');
    const status = Number(match[2]);
    if (status < 200) return end + HEAD_END.length; // An interim answer (100, 103): the real one follows.
    if (match[1] === '0') this.keepAlive = false;
    const headers = readHeaders(lines);
    this.#frame(status, headers);
    this.events.onHead({ status, headers });
    return end + HEAD_END.length;
  }

  #frame(status: number, headers: readonly string[]): void {
    let length: number | undefined;
    let chunked = false;
    for (let i = 0; i < headers.length; i += 2) {
      const value = headers[i + 1] ?? '';
      switch (headers[i]) {
        case 'content-length':
          if (length !== undefined || !/^\d{1,15}$/.test(value)) throw new AnswerError('the answer has no single plain content-length');
          length = Number(value);
          break;
        case 'transfer-encoding':
          if (chunked || value.toLowerCase() !== 'chunked') throw new AnswerError('the answer has a transfer-encoding other than chunked');
          chunked = true;
          break;
        case 'connection':
          if (/\bclose\b/i.test(value)) this.keepAlive = false;
          break;
        case 'keep-alive':
          this.keepAliveMs = readKeepAlive(value);
          break;
        default:
      }
    }
    if (chunked && length !== undefined) throw new AnswerError('the answer has both content-length and transfer-encoding');
    this.#state = bodyState(status, chunked, length);
    this.#left = length ?? 0;
    if (this.#state === 'until-close') this.keepAlive = false;
  }
}

function bodyState(status: number, chunked: boolean, length: number | undefined): State {
  if (status === 204 || status === 304) return 'done';
  if (chunked) return 'chunk-size';
  if (length === undefined) return 'until-close';
  return length === 0 ? 'done' : 'length';
}

function readHeaders(lines: readonly string[]): string[] {
  const headers: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    if (colon < 1 || !TOKEN.test(name)) throw new AnswerError('the answer has a header line without a name');
    const value = line.slice(colon + 1).trim();
    if (/[\0\r\n]/.test(value)) throw new AnswerError('the answer has a control character in a header');
    headers.push(name.toLowerCase(), value);
  }
  return headers;
}

function readKeepAlive(value: string): number | undefined {
  const seconds = /\btimeout=(\d{1,6})/i.exec(value)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
