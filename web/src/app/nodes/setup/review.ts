import type { PreflightRow } from '../../api';

export type Result = PreflightRow['result'];

/** How many rows came out how. */
export function resultCounts(rows: readonly PreflightRow[]): Readonly<Record<Result, number>> {
  const counts = { pass: 0, warn: 0, fail: 0, skipped: 0 };
  for (const { result } of rows) counts[result] += 1;
  return counts;
}

/** Failing rows that keep the job from going on: neither mended by itself nor by a ticked fix. */
export function blocking(rows: readonly PreflightRow[], ticked: ReadonlySet<string>): readonly PreflightRow[] {
  return rows.filter(({ result, fix }) => result === 'fail' && !(fix !== null && ((fix.automatic && !fix.dangerous) || ticked.has(fix.id))));
}

/** A fix that a person may tick; others are done without asking. */
export function asks({ fix }: PreflightRow): boolean {
  return fix !== null && (!fix.automatic || fix.dangerous);
}

/** What needs a person first: failures, then warnings, then the rest, each in the order of the report. */
export function byWeight(rows: readonly PreflightRow[]): readonly PreflightRow[] {
  const weight: Readonly<Record<Result, number>> = { fail: 0, warn: 1, pass: 2, skipped: 3 };
  return rows.toSorted((one, other) => weight[one.result] - weight[other.result]);
}
