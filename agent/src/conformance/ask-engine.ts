import { request } from 'node:http';
import { CHECK_HEADER } from '@openstation/proto';

const MAX_BODY_BYTES = 1024 * 1024;

export interface EngineDoor {
  readonly host: string;
  readonly port: number;
  /** The instance's own. */
  readonly key: string;
}

/** An answer as a whole; status 0: there was none, and `body` says why. */
export interface Told {
  readonly status: number;
  readonly body: string;
}

/** One request of the platform's own, marked as such, with a deadline. Never rejects. */
export function askEngine(door: EngineDoor, path: string, question: object | undefined, withinMs: number): Promise<Told> {
  return ask(door, path, question, withinMs, { [CHECK_HEADER]: 'conformance' });
}

/** The same as any user would ask it. Never rejects. */
export function askAsUser(door: EngineDoor, path: string, question: object | undefined, withinMs: number): Promise<Told> {
  return ask(door, path, question, withinMs, {});
}

function ask({ host, port, key }: EngineDoor, path: string, question: object | undefined, withinMs: number, marks: Readonly<Record<string, string>>): Promise<Told> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(withinMs);
    const none = (error: Error): void => resolve({ status: 0, body: signal.aborted ? `no answer within ${Math.round(withinMs / 1000)} s` : error.message });
    const headers = { authorization: `Bearer ${key}`, ...marks, ...(question ? { 'content-type': 'application/json' } : {}) };
    const call = request({ host, port, path, method: question ? 'POST' : 'GET', headers, agent: false, signal }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body.length < MAX_BODY_BYTES ? (body += text) : undefined));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.once('error', none);
    });
    call.once('error', none);
    call.end(question === undefined ? undefined : JSON.stringify(question));
  });
}
