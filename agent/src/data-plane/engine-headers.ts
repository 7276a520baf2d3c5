import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { INSTANCE_HEADER } from '@openstation/proto';

/** Of one connection only, or ours, or an identity somebody claims: none of it reaches the other side. */
const NOT_PASSED = new Set([
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding',
  'upgrade', 'expect', 'host', 'authorization', 'x-api-key', 'cookie', 'set-cookie', INSTANCE_HEADER,
]);

/** Headers of the call to the engine: what the client sent, with the instance's own key. */
export function engineRequestHeaders(headers: IncomingHttpHeaders, key: string): OutgoingHttpHeaders {
  return { ...passed(headers), authorization: `Bearer ${key}` };
}

export function clientResponseHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return passed(headers);
}

function passed(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = new Set((headers.connection ?? '').toLowerCase().split(',').map((name) => name.trim()));
  return Object.fromEntries(Object.entries(headers).filter(([name, value]) => value !== undefined && !NOT_PASSED.has(name) && !named.has(name)));
}
