import type { ApiFailure } from '../api';

/** Translation key for a sign-in that failed. Wrong name and wrong password read the same, so that names cannot be tried out. */
export function refusalKey({ status, code }: ApiFailure): string {
  if (status === 0) return 'signIn.refused.unreachable';
  if (status === 401) return code.includes('expired') ? 'signIn.refused.expired' : 'signIn.refused.wrong';
  if (status === 403) return 'signIn.refused.disabled';
  if (status === 429) return 'signIn.refused.tooMany';
  return 'signIn.refused.server';
}
