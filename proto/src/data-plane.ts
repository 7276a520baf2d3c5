/**
 * The agent's data port: HTTPS with mutual TLS, client certificate of a gateway. The gateway names the
 * instance in a header; the agent passes allowed paths on to that engine and answers everything else itself.
 */
export const INSTANCE_HEADER = 'x-openstation-instance';
/** Set on requests of the agent's own, by which it tries what an engine can do: nobody waits for the answer. */
export const CHECK_HEADER = 'x-openstation-check';
/** Set on answers that the agent gave itself, with one of the codes below; engines' own answers lack it. */
export const AGENT_ERROR_HEADER = 'x-openstation-agent-error';
export type AgentErrorCode =
  | 'instance-unknown'
  | 'instance-not-running'
  | 'path-not-allowed'
  /** The engine did not get the request: it may be sent again. */
  | 'engine-unreachable'
  /** The engine went away after it may have begun: sending again could run the request twice. */
  | 'engine-lost';

/** Engine routes that may be called through the data port; everything else never reaches an engine. */
export const ENGINE_PATHS: readonly string[] = [
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/embeddings',
  '/v1/rerank',
  '/v1/score',
  '/v1/responses',
  '/v1/messages',
  '/v1/messages/count_tokens',
  '/v1/audio/transcriptions',
  '/v1/audio/translations',
  '/tokenize',
  '/detokenize',
];

/**
 * Model files over HTTPS with mutual TLS, on nodes' data ports for other agents and on the controller's agents port:
 *   GET /models/<digest>/files/<path, each part encoded>   one Range `bytes=a-b`: 206; 416 when the holder lacks a piece of it
 *   GET /models/<digest>/pieces                            nodes only: PieceList as JSON
 */
export const MODELS_PATH = '/models/';
/** On requests to a node: the controller's word that the caller may have this model (see model-grant.ts). */
export const GRANT_HEADER = 'x-openstation-grant';
/** On requests to the controller: another node has this piece; answer 503 unless nobody else wants anything. */
export const SPARE_HEADER = 'x-openstation-spare';

/** Which pieces a node has, and which it is fetching from the controller right now: bitmaps, base64, piece n is bit n%8 of byte n/8. */
export interface PieceList {
  readonly have: string;
  readonly fetching: string;
}

export function modelFilePath(digest: string, path: string): string {
  return `${MODELS_PATH}${digest}/files/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** What a request for models is about; undefined when the path is none of ours. */
export function parseModelPath(urlPath: string): { readonly digest: string; readonly file: string | undefined } | undefined {
  const match = /^\/models\/([0-9a-f]{64})\/(pieces|files\/(.+))$/.exec(urlPath);
  const [, digest = '', kind, encoded = ''] = match ?? [];
  if (kind === undefined) return undefined;
  try {
    return { digest, file: kind === 'pieces' ? undefined : encoded.split('/').map(decodeURIComponent).join('/') };
  } catch {
    return undefined; // not percent encoding
  }
}

/** `bytes=a-b` as [from, to), undefined when it is anything else. */
export function parseByteRange(header: string | undefined, size: number): readonly [number, number] | undefined {
  const match = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header ?? '');
  if (!match) return undefined;
  const [from, to] = [Number(match[1]), Number(match[2]) + 1];
  return from < to && to <= size ? [from, to] : undefined;
}
