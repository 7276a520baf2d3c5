import { dropBody } from './direct-http.js';
import type { FileAnswer, HubName, Wanted } from './hub.js';
import { etagOf, judgeAnswer } from './judge-answer.js';
import type { Ask, SafeHttp } from './safe-http.js';

/** Asks for a closed range, which both hubs honour where open ones are ignored, and judges the head of the answer. @throws HubError */
export async function openFile(http: SafeHttp, hub: HubName, ask: Ask, wanted: Wanted): Promise<FileAnswer> {
  const strong = wanted.etag !== null && !wanted.etag.startsWith('W/');
  const body = await http.open({
    ...ask, headers: { accept: '*/*', range: `bytes=${wanted.from}-${wanted.to}`, ...(strong && wanted.etag !== null ? { 'if-range': wanted.etag } : {}) },
  });
  try {
    const kind = judgeAnswer(hub, wanted, { status: body.statusCode ?? 0, headers: body.headers }, Date.now());
    return { kind, etag: etagOf(body.headers), body };
  } catch (error) {
    dropBody(body);
    throw error;
  }
}
