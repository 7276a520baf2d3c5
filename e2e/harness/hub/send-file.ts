import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { bytesOf, type FileSpec } from './content.ts';
import type { Fault } from './faults.ts';

export interface Sending {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly file: FileSpec;
  readonly etag: string;
  /** ModelScope’s own servers answer a range with 200. */
  readonly partStatus: 200 | 206;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fault: Fault | undefined;
  readonly onBytes: (bytes: number) => void;
}

const CHUNK = 1 << 18;

/** One file, or a range of it, generated as it goes out. */
export async function sendFile(sending: Sending): Promise<void> {
  const { request, response, file, fault } = sending;
  if (fault?.kind === 'reset') return void request.socket.destroy();
  if (fault?.kind === 'html') return sendText(response, 200, 'text/html; charset=utf-8', '<!doctype html><title>Maintenance</title><h1>We are back soon</h1>');
  if (fault?.kind === 'json-error') return sendText(response, 200, 'application/json; charset=utf-8', JSON.stringify({ Code: 10010205001, Message: 'too many connections', RequestId: 'x', Success: false, Data: null }));
  const etag = fault?.kind === 'etag' ? fault.etag : sending.etag;
  const range = fault?.kind === 'whole-for-range' ? undefined : rangeOf(request, file.bytes, etag);
  if (range === null) return void response.writeHead(416, { 'content-range': `bytes */${file.bytes}` }).end();
  const headers = { 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes', etag, ...sending.headers };
  if (fault?.kind === 'gzip') return sendPacked(sending, headers, range?.from ?? 0);
  return sendRange(sending, headers, range);
}

async function sendRange(sending: Sending, headers: Readonly<Record<string, string>>, range: Range | undefined): Promise<void> {
  const { response, file, fault, partStatus } = sending;
  const { from, to } = range ?? { from: 0, to: file.bytes - 1 };
  const last = to - (fault?.kind === 'short' ? fault.bytes : 0);
  response.writeHead(range ? partStatus : 200, {
    ...headers,
    ...(fault?.kind === 'too-long' ? {} : { 'content-length': String(last - from + 1) }),
    ...(range ? { 'content-range': contentRange(from, to, file.bytes, fault) } : {}),
  });
  const limit = fault && 'bytes' in fault && fault.kind !== 'short' && fault.kind !== 'too-long' ? from + fault.bytes : last + 1;
  const end = Math.min(limit, last + 1);
  await sendBytes(sending, from, end);
  if (end > last) {
    if (fault?.kind === 'too-long') response.write(Buffer.alloc(fault.bytes));
    return void response.end();
  }
  breakOff(sending, end, last);
}

async function sendBytes({ response, file, fault, onBytes }: Sending, from: number, end: number): Promise<void> {
  const made = fault?.kind === 'wrong-bytes' ? { ...file, seed: `${file.seed} but wrong`, head: '' } : file;
  for (let at = from; at < end && !response.destroyed; at += CHUNK) {
    const next = Math.min(end, at + CHUNK);
    onBytes(next - at);
    if (!response.write(bytesOf(made, at, next))) await drained(response);
  }
}

/** The rest of a body that will not come as it should. A stalled one is just left. */
function breakOff({ request, response, file, fault }: Sending, at: number, last: number): void {
  if (fault?.kind === 'cut') setImmediate(() => request.socket.destroy());
  if (fault?.kind === 'drip') drip(response, file, at, last, fault.everyMs);
}

function sendPacked({ response, file }: Sending, headers: Readonly<Record<string, string>>, from: number): void {
  const packed = gzipSync(bytesOf(file, from, Math.min(file.bytes, from + (1 << 20))));
  response.writeHead(200, { ...headers, 'content-encoding': 'gzip', 'content-length': String(packed.length) }).end(packed);
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function drip(response: ServerResponse, file: FileSpec, from: number, to: number, everyMs: number): void {
  let at = from;
  const timer = setInterval(() => {
    if (response.destroyed || at > to) return clearInterval(timer);
    response.write(bytesOf(file, at, at + 1));
    at += 1;
  }, everyMs);
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

/** undefined: no range wanted, or `If-Range` names another content. null: none of the file is in it. */
function rangeOf(request: IncomingMessage, bytes: number, etag: string): Range | null | undefined {
  const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const condition = request.headers['if-range'];
  if (!match || (condition !== undefined && condition !== etag)) return undefined;
  const from = Number(match[1]);
  const to = Math.min(bytes - 1, match[2] === '' ? bytes - 1 : Number(match[2]));
  return from >= bytes || to < from ? null : { from, to };
}

function contentRange(from: number, to: number, bytes: number, fault: Fault | undefined): string {
  if (fault?.kind === 'wrong-content-range') return `bytes ${from + 1}-${to}/${bytes}`;
  return `bytes ${from}-${to}/${fault?.kind === 'wrong-total' ? bytes + 1 : bytes}`;
}

export function sendText(response: ServerResponse, status: number, type: string, text: string, headers: Readonly<Record<string, string>> = {}): void {
  const body = Buffer.from(text);
  response.writeHead(status, { 'content-type': type, 'content-length': String(body.length), ...headers }).end(body);
}

export function sendJson(response: ServerResponse, status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): void {
  sendText(response, status, 'application/json; charset=utf-8', JSON.stringify(value), headers);
}

export function etagOf(file: FileSpec): string {
  return `"${createHash('md5').update(`${file.seed} ${file.bytes} ${file.head ?? ''}`).digest('hex')}"`;
}
