import { createLogger } from '@openstation/kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChangeFeed, type Change } from './change-feed.js';

describe('the change feed', () => {
  const feed = new ChangeFeed(createLogger('test', 'silent'));
  let seen: Change[];
  let stop: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    seen = [];
    stop = feed.subscribe((change) => seen.push(change));
  });
  afterEach(() => {
    vi.advanceTimersByTime(10_000);
    stop();
    vi.useRealTimers();
  });

  it('tells the first change at once and folds the rest into one with the newest kind', () => {
    for (const kind of ['changed', 'changed', 'removed'] as const) feed.publish({ topic: 'services', id: '1', kind });
    expect(seen).toEqual([{ topic: 'services', id: '1', kind: 'changed' }]);
    vi.advanceTimersByTime(50);
    expect(seen.slice(1)).toEqual([{ topic: 'services', id: '1', kind: 'removed' }]);
    vi.advanceTimersByTime(1000);
    expect(seen).toHaveLength(2);
  });

  it('keeps 250 ms between changes of one node, also while they go on', () => {
    for (let ms = 0; ms < 1000; ms += 10) {
      feed.publish({ topic: 'nodes', id: 'n', kind: 'changed' });
      vi.advanceTimersByTime(10);
    }
    expect(seen).toHaveLength(4 + 1);
  });

  it('does not let one key wait for another', () => {
    for (const id of ['1', '2', '3']) feed.publish({ topic: 'nodes', id, kind: 'changed' });
    expect(seen.map(({ id }) => id)).toEqual(['1', '2', '3']);
  });

  it('goes on when a listener fails', () => {
    const unsubscribe = feed.subscribe(() => {
      throw new Error('bad listener');
    });
    const after: Change[] = [];
    const unsubscribeAfter = feed.subscribe((change) => after.push(change));
    feed.publish({ topic: 'models', id: 'm', kind: 'changed' });
    expect([seen.length, after.length]).toEqual([1, 1]);
    unsubscribe();
    unsubscribeAfter();
  });
});
