/**
 * Life of a supervised process:
 *
 *   stopped → starting → running → (exit) → waiting → starting …
 *                                ├→ failed   (exit 78: its configuration cannot work, no matter how often)
 *                                └→ stopped  (exit 0, and there is nothing left for it to do)
 *   any → stopping → stopped
 */
export type ProcessState = 'stopped' | 'starting' | 'running' | 'waiting' | 'failed' | 'stopping';

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly ranMs: number;
  /** Deaths in a row that came soon after the start, before this one. */
  readonly quickDeaths: number;
  /** Why there is nothing left for it to do; undefined when there is. */
  readonly finished?: string | undefined;
}

export type AfterExit = { readonly next: 'end'; readonly reason: string } | { readonly next: 'restart'; readonly delayMs: number; readonly quickDeaths: number } | { readonly next: 'give-up'; readonly reason: string };

/** A process that lived this long died of something new: it is started again at once. */
const STEADY_MS = 10_000;
/** So many quick deaths are forgiven before it is slowed down: a port that is not free yet, a controller not yet back. */
const FORGIVEN = 3;
const FIRST_DELAY_MS = 50;
const SLOW_STEP_MS = 500;
const SLOWEST_MS = 15_000;
const CONFIGURATION_FAULT = 78;

export function afterExit(exit: Exit): AfterExit {
  if (exit.code === CONFIGURATION_FAULT) return { next: 'give-up', reason: 'its configuration is not usable' };
  if (exit.code === 0 && exit.finished !== undefined) return { next: 'end', reason: exit.finished };
  const quickDeaths = exit.ranMs >= STEADY_MS ? 0 : exit.quickDeaths + 1;
  if (quickDeaths <= FORGIVEN) return { next: 'restart', delayMs: FIRST_DELAY_MS, quickDeaths };
  return { next: 'restart', delayMs: Math.min(SLOWEST_MS, SLOW_STEP_MS * 2 ** (quickDeaths - FORGIVEN - 1)), quickDeaths };
}

/** "exit code 1" or "signal SIGKILL". */
export function describeExit(exit: Pick<Exit, 'code' | 'signal'>): string {
  return exit.signal === null ? `exit code ${exit.code ?? 'unknown'}` : `signal ${exit.signal}`;
}
