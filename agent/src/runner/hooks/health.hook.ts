import { request } from 'node:http';
import type { Probe } from '../health.machine.js';
import { askModels, type EngineAddress } from './ask-models.js';

const ANSWER_WITHIN_MS = 2000;
const MAX_BODY_BYTES = 4096;

/** One GET of the engine's health check. Any answer but 200 is loading; no answer is silence. */
export async function probeHealth(endpoint: { readonly host: string; readonly port: number }, path = '/health'): Promise<Probe> {
  try {
    const { status, body } = await get(endpoint, path);
    return status === 200 ? { kind: 'ok' } : { kind: 'loading', progress: toldProgress(body), status };
  } catch {
    return { kind: 'silent' }; // refused, reset or late: the caller counts
  }
}

/**
 * Whether the one that answers at the address is this instance's engine: it takes the instance's key and, where it
 * names its models, serves this alias. An engine that cannot tell yet counts as loading.
 */
export async function probeIdentity(address: EngineAddress, alias: string): Promise<Probe> {
  const answer = await askModels(address, ANSWER_WITHIN_MS);
  if (answer.kind === 'silent') return { kind: 'silent' };
  const { status, models } = answer;
  if (status === 401 || status === 403) return { kind: 'stranger', serves: [] };
  if (status !== 200) return { kind: 'loading', progress: undefined };
  if (models.length > 0 && !models.includes(alias)) return { kind: 'stranger', serves: models };
  return { kind: 'ok' };
}

function get(endpoint: { readonly host: string; readonly port: number }, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request({ ...endpoint, path, agent: false, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body = (body + text).slice(0, MAX_BODY_BYTES)));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.once('error', reject);
    });
    call.once('error', reject);
    call.end();
  });
}

/** `{"progress": 0..1}` of the packaged llama.cpp server; other engines tell it in their log. */
function toldProgress(body: string): number | undefined {
  try {
    const { progress } = JSON.parse(body) as { progress?: unknown };
    return typeof progress === 'number' && progress >= 0 && progress <= 1 ? progress : undefined;
  } catch {
    return undefined; // vLLM answers without a body
  }
}
