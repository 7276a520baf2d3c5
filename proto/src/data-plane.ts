/**
 * The agent's data port: HTTPS with mutual TLS, client certificate of a gateway. The gateway names the
 * instance in a header; the agent passes allowed paths on to that engine and answers everything else itself.
 */
export const INSTANCE_HEADER = 'x-openstation-instance';
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
