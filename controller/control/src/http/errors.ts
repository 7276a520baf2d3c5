/** Every error of the REST API: code → HTTP status. Throw codes, never bare strings. */
export const httpStatusOfCode = {
  'bad-request': 400,
  unauthenticated: 401,
  'wrong-credentials': 401,
  forbidden: 403,
  'account-disabled': 403,
  'password-expired': 403,
  'password-change-required': 403,
  'cross-site': 403,
  'not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  'in-use': 409,
  'too-large': 413,
  'wrong-media-type': 415,
  invalid: 422,
  'too-many': 429,
  internal: 500,
  unavailable: 503,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof httpStatusOfCode;

export interface ErrorExtras {
  /** The input to mend, as a dotted path. */
  readonly field?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  /** Seconds after which a retry makes sense; sent as Retry-After. */
  readonly retryAfterSeconds?: number;
}

/** An answer for the caller. The message is for people: what is wrong and what to do. */
export class ApiError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly extras: ErrorExtras = {},
  ) {
    super(message);
  }

  get status(): number {
    return httpStatusOfCode[this.code];
  }
}
