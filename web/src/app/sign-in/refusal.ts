import type { ApiFailure } from '../api';

const keyOfCode: Readonly<Record<string, string>> = {
  'password-expired': 'signIn.refused.expired',
  'account-disabled': 'signIn.refused.disabled',
  'too-many': 'signIn.refused.tooMany',
};

/** Translation key for a sign-in that failed. Wrong name and wrong password read the same, so that names cannot be tried out. */
export function refusalKey({ status, code }: ApiFailure): string {
  const known = keyOfCode[code];
  if (known) return known;
  if (status === 0) return 'signIn.refused.unreachable';
  if (status === 401) return 'signIn.refused.wrong';
  if (status === 403) return 'signIn.refused.disabled';
  if (status === 429) return 'signIn.refused.tooMany';
  return 'signIn.refused.server';
}
