import { describe, expect, it } from 'vitest';
import type { PreflightRow } from '../../api';
import { asks, blocking, byWeight, resultCounts } from './review';

const row = (id: string, result: PreflightRow['result'], fix: Partial<NonNullable<PreflightRow['fix']>> | null = null): PreflightRow => ({
  id, result, measured: '', wanted: '', advice: '', fix: fix && { id: `fix-${id}`, command: '', dangerous: false, warning: '', automatic: false, ...fix },
});
const rows = [row('os', 'pass'), row('driver', 'fail', { dangerous: true }), row('engine', 'fail', { automatic: true }), row('clock', 'fail', {}), row('libc', 'fail'), row('disk', 'warn', {}), row('left', 'skipped')];
const ids = (some: readonly PreflightRow[]) => some.map(({ id }) => id);

describe('the report of a server', () => {
  it('counts', () => expect(resultCounts(rows)).toEqual({ pass: 1, warn: 1, fail: 4, skipped: 1 }));
  it('is blocked by failures that nothing mends', () => {
    expect(ids(blocking(rows, new Set()))).toEqual(['driver', 'clock', 'libc']);
    expect(ids(blocking(rows, new Set(['fix-driver', 'fix-clock'])))).toEqual(['libc']);
  });
  it('never mends the dangerous by itself', () => expect(ids(blocking([row('toolkit', 'fail', { automatic: true, dangerous: true })], new Set()))).toEqual(['toolkit']));
  it('asks only where there is something to tick', () => expect(ids(rows.filter(asks))).toEqual(['driver', 'clock', 'disk']));
  it('shows the worst first', () => expect(ids(byWeight(rows))).toEqual(['driver', 'engine', 'clock', 'libc', 'disk', 'os', 'left']));
});
