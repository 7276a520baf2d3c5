import type { Call } from '../../api';

/** Calls newest first, the older page appended, no call twice. */
export function appendOlder(shown: readonly Call[], older: readonly Call[]): readonly Call[] {
  const known = new Set(shown.map((call) => call.id));
  return [...shown, ...older.filter((call) => !known.has(call.id))];
}

/**
 * The newest page laid over what is shown. Where the two meet, the older calls stay; where they do not (more new calls
 * than one page holds), they are dropped rather than shown with a hole, and paging starts again at the page's end.
 */
export function prependNewest(shown: readonly Call[], newest: readonly Call[]): { readonly calls: readonly Call[]; readonly joined: boolean } {
  if (shown.length === 0) return { calls: newest, joined: false };
  const fresh = new Set(newest.map((call) => call.id));
  const joined = shown.some((call) => fresh.has(call.id));
  return joined ? { calls: [...newest, ...shown.filter((call) => !fresh.has(call.id))], joined } : { calls: newest, joined };
}
