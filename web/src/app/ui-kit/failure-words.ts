/** The part of an API failure that is shown; ApiFailure fits. */
export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly requestId: string;
  readonly at?: Date;
}

export interface FailureWords {
  /** Translation keys. */
  readonly title: string;
  readonly hint: string;
  /** The controller's own words, where it gave some; empty otherwise. */
  readonly message: string;
}

/** Codes of the REST API that have a title of their own among the strings of the kit, under `refusal`. */
export const wordedCodes = [
  'bad-request', 'unauthenticated', 'wrong-credentials', 'account-disabled', 'password-expired', 'password-change-required', 'cross-site', 'method-not-allowed',
  'conflict', 'in-use', 'too-large', 'wrong-media-type', 'invalid', 'too-many', 'unavailable',
  'hub-repository', 'hub-revision', 'hub-files', 'hub-away',
] as const;

/** Which words go with a failure: ours for what kind it is, the controller's as the detail of what is wrong. */
export function failureWords({ status, code, message }: Failure): FailureWords {
  if (status === 0) return { title: 'kit.error.unreachable', hint: 'kit.error.unreachableHint', message: '' };
  if (code === 'forbidden' || (status === 403 && !worded(code))) return { title: 'kit.error.forbidden', hint: 'kit.error.forbiddenHint', message: '' };
  if (status === 404) return { title: 'kit.error.notFound', hint: 'kit.error.notFoundHint', message: '' };
  if (worded(code)) return { title: `kit.refusal.${code}`, hint: 'kit.error.refusedHint', message };
  if (status >= 500) return { title: 'kit.error.server', hint: 'kit.error.serverHint', message };
  return { title: 'kit.error.refused', hint: 'kit.error.serverHint', message: message || code };
}

function worded(code: string): boolean {
  return (wordedCodes as readonly string[]).includes(code);
}
