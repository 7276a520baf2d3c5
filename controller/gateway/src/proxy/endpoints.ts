import type { ErrorDialect, StreamFamily } from '../api-errors/index.js';

/** How one engine route is handled. */
export interface ApiEndpoint {
  readonly path: string;
  readonly dialect: ErrorDialect;
  readonly stream: StreamFamily;
  /** Understands `stream_options.include_usage`, which the gateway sets to learn the tokens. */
  readonly usageOption: boolean;
  readonly body: 'json' | 'form';
}

const json = { dialect: 'openai', stream: 'chat', usageOption: false, body: 'json' } as const;
const anthropic = { ...json, dialect: 'anthropic', stream: 'messages' } as const;
const form = { ...json, body: 'form' } as const;

export const API_ENDPOINTS: ReadonlyMap<string, ApiEndpoint> = new Map(
  (
    [
      { ...json, path: '/v1/chat/completions', usageOption: true },
      { ...json, path: '/v1/completions', usageOption: true },
      { ...json, path: '/v1/embeddings' },
      { ...json, path: '/v1/rerank' },
      { ...json, path: '/v1/score' },
      { ...json, path: '/v1/responses', stream: 'responses' },
      { ...anthropic, path: '/v1/messages' },
      { ...anthropic, path: '/v1/messages/count_tokens' },
      { ...form, path: '/v1/audio/transcriptions' },
      { ...form, path: '/v1/audio/translations' },
      { ...json, path: '/tokenize' },
      { ...json, path: '/detokenize' },
    ] satisfies ApiEndpoint[]
  ).map((endpoint) => [endpoint.path, endpoint]),
);
