import { describe, expect, it } from 'vitest';
import { deedsOf, isOver, moves, type Deed, type DownloadState } from './download.machine.js';

const states: readonly DownloadState[] = ['queued', 'active', 'waiting', 'paused', 'failed', 'done', 'cancelled'];

/** Every state × every deed: where it leads, or refused. */
const expected: Readonly<Record<Deed, Partial<Record<DownloadState, DownloadState>>>> = {
  pause: { queued: 'paused', active: 'paused', waiting: 'paused' },
  resume: { paused: 'queued' },
  retry: { failed: 'queued' },
  cancel: { queued: 'cancelled', active: 'cancelled', waiting: 'cancelled', paused: 'cancelled', failed: 'cancelled' },
  start: { queued: 'active' },
  wait: { queued: 'waiting', active: 'waiting' },
  'go-on': { waiting: 'queued' },
  finish: { active: 'done' },
  fail: { active: 'failed' },
};

describe('the life of a download', () => {
  it.each(Object.keys(expected) as Deed[])('%s leads where it should and nowhere else', (deed) => {
    const found = Object.fromEntries(states.filter((state) => moves[deed].from.includes(state)).map((state) => [state, moves[deed].to]));
    expect(found).toEqual(expected[deed]);
  });

  it('tells people what they may ask', () => {
    expect(Object.fromEntries(states.map((state) => [state, deedsOf(state)]))).toEqual({
      queued: ['pause', 'cancel'], active: ['pause', 'cancel'], waiting: ['pause', 'cancel'], paused: ['resume', 'cancel'], failed: ['retry', 'cancel'], done: [], cancelled: [],
    });
    expect(states.filter(isOver)).toEqual(['done', 'cancelled']);
  });
});
