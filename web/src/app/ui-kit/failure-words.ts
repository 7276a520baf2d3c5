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

/** Which words go with a failure: ours where nothing was answered, the controller's where it said what is wrong. */
export function failureWords({ status, code, message }: Failure): FailureWords {
  if (status === 0) return { title: 'kit.error.unreachable', hint: 'kit.error.unreachableHint', message: '' };
  if (status === 403) return { title: 'kit.error.forbidden', hint: 'kit.error.forbiddenHint', message: '' };
  if (status === 404) return { title: 'kit.error.notFound', hint: 'kit.error.notFoundHint', message: '' };
  if (status >= 500) return { title: 'kit.error.server', hint: 'kit.error.serverHint', message };
  return { title: 'kit.error.refused', hint: 'kit.error.serverHint', message: message || code };
}
