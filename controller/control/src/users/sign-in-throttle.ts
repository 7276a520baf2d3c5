/**
 * Slows guessing down. After some free failures every further one doubles the wait: 1, 2, 4 … seconds.
 *
 * Counted three ways: by account and source (a person who forgot), by source (one machine trying many accounts),
 * and by account (many machines trying one). The last has many free tries and a short cap, because it is the
 * one with which a stranger could keep somebody out; there is no hard lock.
 */
interface Rule {
  readonly freeFailures: number;
  readonly maxWaitMs: number;
}

const RULES = {
  pair: { freeFailures: 5, maxWaitMs: 60_000 },
  source: { freeFailures: 20, maxWaitMs: 60_000 },
  account: { freeFailures: 30, maxWaitMs: 5_000 },
} as const satisfies Record<string, Rule>;

/** Failures are forgotten when none came for this long. */
const FORGET_MS = 15 * 60_000;
/** Bounds memory against made-up names; the oldest go first. */
const MAX_ENTRIES = 20_000;

interface Entry {
  failures: number;
  lastAt: number;
}

export class SignInThrottle {
  readonly #entries = new Map<string, Entry>();

  /** Milliseconds until the next try is looked at; 0: now. */
  waitMs(account: string, source: string, now: number): number {
    return Math.max(0, ...keysOf(account, source).map(([key, rule]) => this.#waitOf(key, rule, now)));
  }

  failed(account: string, source: string, now: number): void {
    for (const [key] of keysOf(account, source)) {
      const entry = this.#fresh(key, now);
      this.#entries.delete(key);
      this.#entries.set(key, { failures: (entry?.failures ?? 0) + 1, lastAt: now });
    }
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= MAX_ENTRIES) break;
      this.#entries.delete(key);
    }
  }

  /** The source's count stays: one good account must not buy free guesses at others. */
  succeeded(account: string, source: string): void {
    this.#entries.delete(pairKey(account, source));
  }

  #waitOf(key: string, rule: Rule, now: number): number {
    const entry = this.#fresh(key, now);
    if (!entry || entry.failures < rule.freeFailures) return 0;
    const wait = Math.min(rule.maxWaitMs, 1000 * 2 ** (entry.failures - rule.freeFailures));
    return Math.max(0, entry.lastAt + wait - now);
  }

  #fresh(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry && now - entry.lastAt < FORGET_MS ? entry : undefined;
  }
}

function keysOf(account: string, source: string): readonly (readonly [string, Rule])[] {
  return [[pairKey(account, source), RULES.pair], [`source ${source}`, RULES.source], [`account ${account}`, RULES.account]];
}

function pairKey(account: string, source: string): string {
  return `pair ${source} ${account}`;
}
