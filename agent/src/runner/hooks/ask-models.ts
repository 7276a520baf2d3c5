import { request } from 'node:http';

const MAX_BODY_BYTES = 64 * 1024;

export interface EngineAddress {
  readonly host: string;
  readonly port: number;
  /** The instance's own. */
  readonly key: string;
}

/** What `GET /v1/models` with the instance's key gave. `models` is empty when the engine does not name any. */
export type ModelsAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly models: readonly string[] }
  | { readonly kind: 'silent' };

/** Never rejects. */
export function askModels(target: EngineAddress, withinMs: number): Promise<ModelsAnswer> {
  return new Promise((resolve) => {
    const silent = (): void => resolve({ kind: 'silent' });
    const headers = { authorization: `Bearer ${target.key}` };
    const options = { host: target.host, port: target.port, path: '/v1/models', headers, agent: false as const, signal: AbortSignal.timeout(withinMs) };
    const call = request(options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body = (body + text).slice(0, MAX_BODY_BYTES)));
      response.once('end', () => resolve({ kind: 'answered', status: response.statusCode ?? 0, models: namedModels(body) }));
      response.once('error', silent);
    });
    call.once('error', silent);
    call.end();
  });
}

/** `{"data": [{"id": …}]}` */
function namedModels(body: string): string[] {
  try {
    const { data } = JSON.parse(body) as { data?: unknown };
    if (!Array.isArray(data)) return [];
    return data.flatMap((model: unknown) => {
      const id = (model as { id?: unknown } | null)?.id;
      return typeof id === 'string' ? [id] : [];
    });
  } catch {
    return []; // not the list it should be: the status decides
  }
}
