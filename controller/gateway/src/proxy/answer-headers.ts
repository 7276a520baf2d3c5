import type { UpstreamHead } from '../upstream/index.js';

/** Hop-by-hop headers, what the gateway says itself, and what only concerns engine and agent. */
const DROPPED = new Set([
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade',
  'server', 'date', 'x-request-id', 'set-cookie', 'alt-svc', 'strict-transport-security', 'x-powered-by', 'vary',
]);

/** Headers of the engine's answer as the client gets them, in pairs. */
export function answerHeaders(head: UpstreamHead, streaming: boolean): string[] {
  const headers: string[] = [];
  for (let i = 0; i < head.headers.length; i += 2) {
    const name = head.headers[i] ?? '';
    if (DROPPED.has(name) || name.startsWith('x-openstation-') || name.startsWith('access-control-')) continue;
    if (streaming && (name === 'content-length' || name === 'cache-control' || name === 'x-accel-buffering')) continue;
    headers.push(name, head.headers[i + 1] ?? '');
  }
  // Proxies in front would otherwise hold tokens back until their buffer is full.
  if (streaming) headers.push('cache-control', 'no-cache', 'x-accel-buffering', 'no');
  return headers;
}

export function headerOf(head: UpstreamHead, name: string): string | undefined {
  for (let i = 0; i < head.headers.length; i += 2) if (head.headers[i] === name) return head.headers[i + 1];
  return undefined;
}

export function isEventStream(head: UpstreamHead): boolean {
  return /^text\/event-stream\b/i.test(headerOf(head, 'content-type') ?? '');
}

/**
 * Why an engine's answer must not reach the client as it is: clients take a page or a whole object in place of
 * what they asked for as an empty success. Undefined when it may pass.
 */
export function answerProblem(head: UpstreamHead, wanted: { readonly stream: boolean; readonly anyType: boolean }): string | undefined {
  if (head.status === 401 || head.status === 403) return 'the engine refused the node\'s own key';
  if (head.status < 300 && head.status >= 200 && !wanted.anyType) {
    const type = headerOf(head, 'content-type') ?? '';
    if (wanted.stream && !isEventStream(head)) return `the engine answered a streaming request with "${type}"`;
    if (!wanted.stream && !/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) return `the engine answered with "${type}" instead of JSON`;
  }
  return head.status >= 300 && head.status < 400 ? 'the engine answered with a redirection' : undefined;
}
