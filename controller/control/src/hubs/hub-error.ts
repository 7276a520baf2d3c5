/**
 * `no-repository`, `no-revision`, `no-file`, `forbidden`: the hub will say so again.
 * `busy`, `away`: try later. `wrong-answer`: what came cannot be what was asked for. `changed`: the file is another one now.
 * `refused`: we do not talk to that address.
 */
export type HubErrorKind = 'no-repository' | 'no-revision' | 'no-file' | 'forbidden' | 'busy' | 'away' | 'wrong-answer' | 'changed' | 'refused';

/** A hub did not give what was asked for. The message is for people and holds no token and no signed address. */
export class HubError extends Error {
  constructor(
    readonly kind: HubErrorKind,
    message: string,
    /** The hub named a time to wait, in milliseconds. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
  }

  /** Whether the same request may be answered later. */
  get passing(): boolean {
    return this.kind === 'busy' || this.kind === 'away';
  }
}

const MAX_RETRY_AFTER_MS = 3_600_000;

/** `Retry-After` in milliseconds, seconds or a date (RFC 9110 10.2.3), at most an hour; null when absent or not readable. */
export function retryAfter(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(MAX_RETRY_AFTER_MS, Math.max(0, ms)) : null;
}
