import type { Endpoint, UpstreamRequest } from './upstream.js';

/** The request's first bytes as latin1 text. Values were checked by the server that received them. */
export function requestHead(request: UpstreamRequest, endpoint: Endpoint): string {
  const host = endpoint.address.includes(':') ? `[${endpoint.address}]` : endpoint.address;
  let head = `POST ${request.path} HTTP/1.1\r\nhost: ${host}:${endpoint.port}\r\n`;
  for (let i = 0; i < request.headers.length; i += 2) head += `${request.headers[i]}: ${request.headers[i + 1]}\r\n`;
  return `${head}${framing(request)}\r\n\r\n`;
}

function framing({ body, rest }: UpstreamRequest): string {
  if (!rest) return `content-length: ${body.length}`;
  return rest.length === undefined ? 'transfer-encoding: chunked' : `content-length: ${rest.length}`;
}
