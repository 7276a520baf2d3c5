/** An error of the gateway itself. Engines' own errors pass unchanged and never become one of these. */
export interface ApiError {
  readonly status: number;
  readonly type: string;
  readonly code: ApiErrorCode;
  readonly message: string;
  readonly param: string | null;
  readonly retryAfterSeconds?: number;
  /** Sent as `x-should-retry: false`, which stops the official clients' own retries. */
  readonly retryIsUseless?: boolean;
}

/** What of an error reaches a client: ours, or an engine's in its own words. */
export type ShownError = Omit<ApiError, 'code'> & { readonly code: string };

interface Kind {
  readonly status: number;
  readonly type: string;
  readonly retryAfterSeconds?: number;
  readonly retryIsUseless?: boolean;
}

/** Every error the gateway can answer with: status, OpenAI type, and whether the same request may work later. */
const KINDS = {
  invalid_api_key: { status: 401, type: 'invalid_request_error' },
  ambiguous_credentials: { status: 400, type: 'invalid_request_error' },
  key_disabled: { status: 403, type: 'permission_error' },
  key_expired: { status: 403, type: 'permission_error' },
  permission_denied: { status: 403, type: 'permission_error' },
  invalid_json: { status: 400, type: 'invalid_request_error' },
  invalid_body: { status: 400, type: 'invalid_request_error' },
  invalid_header: { status: 400, type: 'invalid_request_error' },
  unsupported_media_type: { status: 415, type: 'invalid_request_error' },
  missing_required_parameter: { status: 400, type: 'invalid_request_error' },
  invalid_type: { status: 400, type: 'invalid_request_error' },
  unsupported_parameter: { status: 400, type: 'invalid_request_error' },
  request_too_large: { status: 413, type: 'invalid_request_error' },
  headers_too_large: { status: 431, type: 'invalid_request_error' },
  request_timeout: { status: 408, type: 'invalid_request_error' },
  model_not_found: { status: 404, type: 'invalid_request_error' },
  unknown_url: { status: 404, type: 'invalid_request_error' },
  method_not_allowed: { status: 405, type: 'invalid_request_error' },
  rate_limit_exceeded: { status: 429, type: 'rate_limit_error', retryAfterSeconds: 1 },
  internal_error: { status: 500, type: 'server_error', retryIsUseless: true },
  // The request was sent and may have been worked on: repeating it blindly doubles the load.
  upstream_error: { status: 502, type: 'server_error', retryIsUseless: true },
  upstream_unreachable: { status: 502, type: 'server_error' },
  upstream_truncated: { status: 502, type: 'server_error', retryIsUseless: true },
  model_not_ready: { status: 503, type: 'server_error', retryAfterSeconds: 3 },
  gateway_not_ready: { status: 503, type: 'server_error', retryAfterSeconds: 2 },
  overloaded: { status: 503, type: 'server_error', retryAfterSeconds: 1 },
  shutting_down: { status: 503, type: 'server_error', retryAfterSeconds: 1 },
  upstream_timeout: { status: 504, type: 'server_error', retryIsUseless: true },
} as const satisfies Record<string, Kind>;

export type ApiErrorCode = keyof typeof KINDS;

export function apiError(code: ApiErrorCode, message: string, param: string | null = null): ApiError {
  const kind: Kind = KINDS[code];
  return { ...kind, code, message, param };
}
