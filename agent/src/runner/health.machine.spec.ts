import { describe, expect, it } from 'vitest';
import { afterProbe, freshHealth, loadPercent, loadTimedOut, type Probe } from './health.machine.js';

const quiet = { sign: '', progress: 0 };
const ok: Probe = { kind: 'ok' };
const silent: Probe = { kind: 'silent' };

describe('health', () => {
  it('is ready at the first good answer and not ready after three bad ones', () => {
    let health = afterProbe(freshHealth(false, 0), ok, quiet, 1);
    expect([health.ready, loadPercent(health)]).toEqual([true, 100]);
    for (const ready of [true, true, false]) {
      health = afterProbe(health, silent, quiet, 2);
      expect(health.ready).toBe(ready);
    }
    expect(health.everReady).toBe(true);
    expect(afterProbe(health, ok, quiet, 3)).toMatchObject({ ready: true, failures: 0 });
  });

  it('turns progress into 70-99 % and never falls back', () => {
    let health = afterProbe(freshHealth(false, 0), { kind: 'loading', progress: 0.5 }, quiet, 1);
    expect(loadPercent(health)).toBe(84);
    health = afterProbe(health, { kind: 'loading', progress: 0.1 }, quiet, 2);
    expect(loadPercent(health)).toBe(84);
    expect(loadPercent(afterProbe(health, { kind: 'loading', progress: 1 }, quiet, 3))).toBe(99);
  });

  it('a long load is fine while anything moves', () => {
    let health = freshHealth(false, 0);
    for (let now = 0; now <= 10_000; now += 900) {
      health = afterProbe(health, silent, { sign: `shard ${now}`, progress: 0 }, now);
      expect(loadTimedOut(health, 1000, now)).toBe(false);
    }
    health = afterProbe(health, silent, { sign: 'shard 9900', progress: 0 }, 12_000);
    expect(loadTimedOut(health, 1000, 12_000)).toBe(true);
    expect(loadTimedOut({ ...health, everReady: true }, 1000, 99_000)).toBe(false);
  });
});
