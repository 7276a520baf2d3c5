import type { ShownError } from './api-error.js';

/** Whose words an answer uses: Anthropic's clients on `/v1/messages`, OpenAI's everywhere else. */
export type ErrorDialect = 'openai' | 'anthropic';
/** How a stream says that it failed; each family of clients knows one way. */
export type StreamFamily = 'chat' | 'responses' | 'messages';

const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
};

export function renderError(dialect: ErrorDialect, error: ShownError, requestId: string): string {
  if (dialect === 'anthropic') return JSON.stringify({ ...anthropicBody(error), request_id: requestId });
  return JSON.stringify({ error: openAiBody(error) });
}

/** Headers that belong to an error answer beside its body. */
export function errorHeaders(error: ShownError): Record<string, string> {
  const headers: Record<string, string> = {};
  if (error.retryAfterSeconds !== undefined) headers['retry-after'] = String(error.retryAfterSeconds);
  if (error.retryIsUseless) headers['x-should-retry'] = 'false';
  return headers;
}

/** The event that ends a stream which already started: status 200 is gone, so the error travels in-band. */
export function renderStreamError(family: StreamFamily, error: ShownError): string {
  switch (family) {
    case 'messages':
      return `event: error\ndata: ${JSON.stringify(anthropicBody(error))}\n\n`;
    case 'responses':
      return `event: error\ndata: ${JSON.stringify({ type: 'error', code: error.code, message: error.message, param: error.param, error: openAiBody(error) })}\n\n`;
    case 'chat':
      return `data: ${JSON.stringify({ error: openAiBody(error) })}\n\n`;
  }
}

function openAiBody(error: ShownError) {
  return { message: error.message, type: error.type, param: error.param, code: error.code };
}

function anthropicBody(error: ShownError) {
  return { type: 'error', error: { type: ANTHROPIC_TYPES[error.status] ?? 'api_error', message: error.message } };
}
