import { InstanceState } from '@openstation/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { Reporter, type StatusUpdate } from './reporter.js';

const status = (changes: Partial<StatusUpdate> = {}): StatusUpdate => ({
  instanceId: 'a', generation: 1, state: InstanceState.PREPARING, ready: false, phase: 'image', percent: 10, message: '', reason: '', handle: '', memoryBytes: 0, health: '', healthEvidence: '', modelBytesDone: 0, modelBytesTotal: 0, ...changes,
});
let reporter: Reporter;

beforeEach(() => (reporter = new Reporter(() => 1000)));

describe('reporter', () => {
  it('sends the newest only, until it is acknowledged', () => {
    for (const percent of [10, 20, 30]) reporter.report(status({ percent }));
    const batch = reporter.nextBatch();
    expect(batch?.statuses.map((entry) => entry.percent)).toEqual([30]);
    expect(reporter.nextBatch()?.statuses).toHaveLength(1);
    reporter.acknowledge(2);
    expect(reporter.nextBatch()).toBeUndefined();
  });

  it('a change while a batch travels is not acknowledged with it', () => {
    reporter.report(status());
    const batch = reporter.nextBatch();
    reporter.report(status({ percent: 20 }));
    reporter.acknowledge(batch?.batch ?? 0);
    expect(reporter.nextBatch()?.statuses[0]?.percent).toBe(20);
  });

  it('percent never falls within a generation, and starts afresh with the next', () => {
    reporter.report(status({ percent: 50 }));
    reporter.report(status({ percent: 20, phase: 'model' }));
    expect(reporter.latest('a')?.percent).toBe(50);
    reporter.report(status({ generation: 2, percent: 5 }));
    expect(reporter.latest('a')?.percent).toBe(5);
    reporter.report(status({ generation: 1, percent: 99 }));
    expect(reporter.latest('a')?.generation).toBe(2);
  });

  it('revisions rise, and a new session hears everything again', () => {
    reporter.report(status());
    const first = reporter.nextBatch();
    reporter.report(status({ percent: 20 }));
    const second = reporter.nextBatch();
    expect(second?.statuses[0]?.revision).toBeGreaterThan(first?.statuses[0]?.revision ?? Infinity);
    reporter.acknowledge(second?.batch ?? 0);
    reporter.resendAll();
    expect(reporter.nextBatch()?.statuses).toHaveLength(1);
  });

  it('says it once more, as news, when asked to', () => {
    reporter.report(status());
    const first = reporter.nextBatch();
    reporter.acknowledge(first?.batch ?? 0);
    reporter.repeat('a');
    reporter.repeat('nobody');
    const [again] = reporter.nextBatch()?.statuses ?? [];
    expect(again?.instanceId).toBe('a');
    expect(again?.revision).toBeGreaterThan(first?.statuses[0]?.revision ?? Infinity);
  });

  it('repeating the same is no news', () => {
    let wakes = 0;
    reporter.onChange(() => wakes++);
    reporter.report(status());
    reporter.report(status());
    expect(wakes).toBe(1);
  });
});
