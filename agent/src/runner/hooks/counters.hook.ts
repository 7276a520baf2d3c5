import { request } from 'node:http';
import { engineCounters, type EngineCounters } from '../../engines/index.js';
import type { EngineAddress } from './ask-models.js';

const ANSWER_WITHIN_MS = 2000;
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** One GET of the engine's numbers. Never rejects; undefined when the engine does not tell. */
export function askCounters({ host, port, key }: EngineAddress, path = '/metrics'): Promise<EngineCounters | undefined> {
  return new Promise((resolve) => {
    const silent = (): void => resolve(undefined);
    const call = request({ host, port, path, headers: { authorization: `Bearer ${key}` }, agent: false, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body.length < MAX_BODY_BYTES ? (body += text) : undefined));
      response.once('end', () => resolve(response.statusCode === 200 ? engineCounters(body) : undefined));
      response.once('error', silent);
    });
    call.once('error', silent);
    call.end();
  });
}
