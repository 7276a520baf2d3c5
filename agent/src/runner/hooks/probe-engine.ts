import { request } from 'node:http';

const ANSWER_WITHIN_MS = 10_000;

/** One real call with the instance's key: GET /v1/models. Empty when it works, otherwise what went wrong. */
export function probeEngine(target: { readonly host: string; readonly port: number; readonly key: string }): Promise<string> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${target.key}` };
    const options = { host: target.host, port: target.port, path: '/v1/models', headers, agent: false as const, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) };
    const call = request(options, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode === 200 ? '' : `the engine answered ${response.statusCode ?? 0} to GET /v1/models`));
      response.once('error', (error) => resolve(error.message));
    });
    call.once('error', (error) => resolve(`the engine did not answer: ${error.message}`));
    call.end();
  });
}
