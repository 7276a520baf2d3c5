import { createLogger } from '@openstation/kit';
import { CallRecord } from '@openstation/proto';
import { describe, expect, it } from 'vitest';
import { CallReporter } from './call-reporter.js';

const record = (callId: string): CallRecord => CallRecord.fromPartial({ callId });

/** A reporter whose link and disk are arrays. Nothing runs by time: tests flush themselves. */
function make(capacity = 10) {
  const state = { up: true, sent: [] as string[], disk: [] as CallRecord[], dropped: 0 };
  const reporter = new CallReporter({
    send: async (calls, dropped) => {
      if (!state.up) throw new Error('away');
      state.sent.push(...calls.map((call) => call.callId));
      state.dropped = dropped;
    },
    spool: {
      load: async () => [...state.disk],
      append: async (records) => void state.disk.push(...records),
      replace: async (records) => void (state.disk = [...records]),
      clear: async () => void (state.disk = []),
    },
    log: createLogger('test', 'silent'),
    everyMs: 1_000_000,
    capacity,
  });
  return { reporter, state };
}

describe('call reporter', () => {
  it('sends each record once when all is well, and writes nothing to disk', async () => {
    const { reporter, state } = make();
    for (const id of ['a', 'b']) reporter.add(record(id));
    await reporter.flush();
    await reporter.flush();
    expect(state).toMatchObject({ sent: ['a', 'b'], disk: [] });
  });

  it('keeps records on disk while the controller is away, each once, and delivers them later', async () => {
    const { reporter, state } = make();
    state.up = false;
    reporter.add(record('a'));
    await reporter.flush();
    reporter.add(record('b'));
    await reporter.flush();
    await reporter.flush();
    expect(state.disk.map(({ callId }) => callId)).toEqual(['a', 'b']);
    state.up = true;
    await reporter.flush();
    expect(state).toMatchObject({ sent: ['a', 'b'], disk: [] });
    expect(reporter.pending).toBe(0);
  });

  it('takes up what an earlier process left', async () => {
    const { reporter, state } = make();
    state.disk = [record('old')];
    await reporter.start();
    await reporter.stop();
    expect(state).toMatchObject({ sent: ['old'], disk: [] });
  });

  it('drops the oldest when full, counts them, and keeps the disk bounded', async () => {
    const { reporter, state } = make(3);
    state.up = false;
    for (let i = 0; i < 20; i++) {
      reporter.add(record(String(i)));
      await reporter.flush();
    }
    expect(reporter.dropped).toBe(17);
    expect(state.disk.length).toBeLessThanOrEqual(6);
    state.up = true;
    await reporter.flush();
    expect(state).toMatchObject({ sent: ['17', '18', '19'], dropped: 17 });
  });
});
