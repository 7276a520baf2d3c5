import { createLogger } from '@openstation/kit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { NodeSample } from '../src/nodes/index.js';
import { MetricHistory } from '../src/nodes/index.js';
import { TIERS, windowOf } from '../src/nodes/metric-tiers.js';
import { NodeHistoryRow } from '../src/nodes/node-records.js';
import type { Store } from '../src/store/index.js';
import { TestClock } from './fixtures/control.js';
import { describeOnEveryDatabase, type TestDatabase } from './fixtures/databases.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A clock that stands at whole hours until it is moved. */
class StillClock extends TestClock {
  at = Math.floor(Date.now() / HOUR) * HOUR;
  override now(): number {
    return this.at;
  }
}

describeOnEveryDatabase('measurements over time', (makeDatabase) => {
  let database: TestDatabase;
  let store: Store;
  let clock: StillClock;
  let history: MetricHistory;
  const make = () => new MetricHistory(store, clock, createLogger('test', 'silent'));

  beforeEach(async () => {
    database = await makeDatabase();
    store = await database.open();
    clock = new StillClock();
    history = make();
  });
  afterEach(async () => {
    await store.close();
    await database.drop();
  });

  const sample = (cpuRatio: number | null): NodeSample => ({
    at: clock.at, cpuRatio, load1: null, memoryUsedBytes: 2 ** 34, swapUsedBytes: null, diskUsedBytes: null, diskReadRate: null, diskWriteRate: null, networkRxRate: null, networkTxRate: null, disks: [],
    gpus: [0, 1, 2, 3].map((index) => ({ uuid: `GPU-3a23c669-1f69-c64e-cf85-44e9b07e7a2${index}`, memoryUsedBytes: 2 ** 36, utilisationRatio: 0.87, temperatureCelsius: 61, powerWatts: 312.48, health: 'ok', healthMessage: '', eccUncorrected: null, xid: null, processes: [] })),
  });
  const cpu = async (minutes: number, points: number) => {
    const { at, series } = await history.read('n', minutes, points);
    return { at, values: series[0]?.values ?? [], max: series[0]?.max ?? [] };
  };

  it('holds a bounded number of rows and bytes per node, however long it goes on', async () => {
    const end = clock.at + 62 * DAY;
    while (clock.at < end) {
      history.add('n', sample(0.5));
      clock.at += end - clock.at > 2 * DAY ? HOUR : 5 * MINUTE;
    }
    await history.flush();
    await history.prune();
    const rows = await store.manager.find(NodeHistoryRow);
    for (const { stepSeconds, keepMs } of TIERS) expect(rows.filter((row) => row.stepSeconds === stepSeconds).length).toBeLessThanOrEqual(keepMs / (stepSeconds * 1000) + 1);
    const most = TIERS.reduce((sum, { stepSeconds, keepMs }) => sum + keepMs / (stepSeconds * 1000), 0);
    expect(most).toBe(4_896);
    // The docstring's figure: some 0.55 KB for four cards, without keys.
    expect(Math.max(...rows.map(({ metrics }) => JSON.stringify(metrics).length))).toBeLessThan(700);
    expect(Math.min(...rows.map(({ at }) => at))).toBeGreaterThanOrEqual(clock.at - 60 * DAY);
  });

  it('answers with averages, maxima and gaps, and never more points than asked', async () => {
    for (let minute = 0; minute < 120; minute += 1) {
      for (const cpuRatio of minute >= 60 && minute < 80 ? [] : [0.2, 0.6]) history.add('n', sample(cpuRatio));
      clock.at += MINUTE;
    }
    const { values, max, at } = await cpu(120, 12);
    expect(at.length).toBeLessThanOrEqual(12);
    expect(values.filter((value) => value === null)).toHaveLength(3);
    expect(values[0]).toBe(0.4);
    expect(max[0]).toBe(0.6);
  });

  it('goes on after a restart from what was written', async () => {
    for (let minute = 0; minute < 30; minute += 1) {
      history.add('n', sample(0.3));
      clock.at += MINUTE;
    }
    await history.flush();
    history = make();
    for (let minute = 0; minute < 10; minute += 1) {
      history.add('n', sample(0.9));
      clock.at += MINUTE;
    }
    const { values } = await cpu(40, 40);
    expect(values.filter((value) => value === 0.3).length).toBeGreaterThanOrEqual(28);
    expect(values.filter((value) => value === 0.9)).toHaveLength(10);
  });

  it('keeps what waits when the database is away', async () => {
    history.add('n', sample(0.3));
    clock.at += 2 * MINUTE;
    const transaction = store.transaction.bind(store);
    store.transaction = () => Promise.reject(new Error('away'));
    await expect(history.flush()).rejects.toThrow('away');
    store.transaction = transaction;
    await history.flush();
    expect(await store.manager.countBy(NodeHistoryRow, { stepSeconds: 60 })).toBe(1);
  });

  it.each([[5, 10], [60, 240], [60, 1000], [1440, 240], [1440, 1000], [20_160, 500], [86_400, 1000], [86_400, 10]])('a window of %i min in %i points comes from a source that reaches so far', (minutes, points) => {
    const window = windowOf(minutes, points, clock.at);
    expect(window.steps).toBeLessThanOrEqual(points);
    expect(window.tier?.keepMs ?? HOUR).toBeGreaterThanOrEqual(minutes * MINUTE);
    expect(window.stepMs % ((window.tier?.stepSeconds ?? 5) * 1000)).toBe(0);
    expect(window.steps * window.stepMs).toBeGreaterThan(minutes * MINUTE * 0.8);
  });
});
