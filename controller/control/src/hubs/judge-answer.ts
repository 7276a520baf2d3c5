import type { IncomingHttpHeaders } from 'node:http';
import type { HubName, Wanted } from './hub.js';
import { HubError, retryAfter } from './hub-error.js';

export interface Head {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Whether an answer is what was asked for, decided from its head alone. 206 needs exactly the range asked for. ModelScope
 * answers ranges of files it serves itself with 200 and a correct `Content-Range`: as good as 206 when it is exactly right.
 * A 200 without `Content-Range` and with the size of the file is the whole file. Everything else is refused.
 * @throws HubError
 */
export function judgeAnswer(hub: HubName, wanted: Wanted, { status, headers }: Head, now: number): 'part' | 'whole' {
  if (status !== 200 && status !== 206) throw errorOfStatus(status, headers, wanted.path, now);
  refuseOtherKinds(wanted, headers);
  const range = headers['content-range'];
  if (range === undefined && status === 206) throw wrong(wanted, 'sent a part without saying which');
  if (range !== undefined && status === 200 && hub !== 'modelscope') throw wrong(wanted, 'sent a part as if it were the whole file');
  if (range === undefined) refuseOtherWhole(wanted, contentLength(headers));
  else refuseOtherPart(wanted, range, contentLength(headers));
  refuseChange(wanted, headers);
  return range !== undefined || isWholeAsked(wanted) ? 'part' : 'whole';
}

function refuseOtherWhole(wanted: Wanted, length: number | undefined): void {
  if (length === undefined ? !isWholeAsked(wanted) : length !== wanted.bytes) throw wrong(wanted, `sent ${length ?? 'an unknown number of'} bytes instead of the file of ${wanted.bytes}`);
}

function refuseOtherPart(wanted: Wanted, range: string, length: number | undefined): void {
  const total = Number(/\/(\d+)$/.exec(range)?.[1] ?? wanted.bytes);
  if (total !== wanted.bytes) throw wrong(wanted, `says the file has ${total} bytes, its list says ${wanted.bytes}`);
  if (range.trim().toLowerCase() !== `bytes ${wanted.from}-${wanted.to}/${wanted.bytes}`) throw wrong(wanted, `sent another part than the one asked for (${range.slice(0, 80)})`);
  if (length !== undefined && length !== wanted.to - wanted.from + 1) throw wrong(wanted, `announced ${length} bytes for a part of ${wanted.to - wanted.from + 1}`);
}

/** The entity tag as it came; null when there is none. */
export function etagOf(headers: IncomingHttpHeaders): string | null {
  return headers.etag?.slice(0, 256) ?? null;
}

export function errorOfStatus(status: number, headers: IncomingHttpHeaders, what: string, now: number): HubError {
  if (status === 429 || status === 503) return new HubError('busy', `the hub asks to come back later (${status})`, retryAfter(headers['retry-after'], now));
  if (status >= 500 || status === 408) return new HubError('away', `the hub has a problem of its own (${status})`);
  if (status === 401 || status === 403) return new HubError('forbidden', `the hub does not give ${what} to us (${status}): it is private or gated, or the token is wrong; accept the model’s terms there and store a token in the hub settings`);
  if (status === 404 || status === 410) return new HubError('no-file', `the hub does not have ${what} (${status})`);
  if (status === 412 || status === 416) return new HubError('changed', `${what} is not what it was at the hub (${status})`);
  return new HubError('wrong-answer', `the hub answered ${status} for ${what}`);
}

function refuseOtherKinds(wanted: Wanted, headers: IncomingHttpHeaders): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') throw wrong(wanted, `sent it compressed (${encoding.slice(0, 20)}) although it was told not to`);
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'text/html' || type === 'application/xhtml+xml') throw wrong(wanted, 'sent a web page instead of the file');
  if (type === 'application/json' && !/\.(json|jsonl|ipynb|jinja|txt|md)$/i.test(wanted.path)) throw wrong(wanted, 'sent a message instead of the file');
  if (type === 'multipart/byteranges') throw wrong(wanted, 'sent several parts in one');
}

function refuseChange(wanted: Wanted, headers: IncomingHttpHeaders): void {
  const etag = etagOf(headers);
  if (wanted.etag !== null && etag !== null && etag !== wanted.etag) throw new HubError('changed', `${wanted.path} changed at the hub while it was fetched`);
}

function contentLength(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['content-length'];
  return text === undefined ? undefined : Number(text);
}

function isWholeAsked({ from, to, bytes }: Wanted): boolean {
  return from === 0 && to === bytes - 1;
}

function wrong({ path }: Wanted, what: string): HubError {
  return new HubError('wrong-answer', `${path}: the hub ${what}`);
}
