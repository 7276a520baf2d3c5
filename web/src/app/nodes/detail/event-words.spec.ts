import { describe, expect, it } from 'vitest';
import { detailWords } from './event-words';

describe('the details of an event', () => {
  it('have units', () => expect(detailWords({ silentSeconds: 48, freeBytes: 5 * 1024 ** 3, latencyMs: 12, xid: 79 }, 'en')).toEqual(['silent 48 s', 'free 5 GB', 'latency 12 ms', 'xid 79']));
  it('leave out ids and what is nested', () => expect(detailWords({ nodeId: 'x', id: 'y', uuid: 'GPU-1', stuck: ['a'], agentVersion: '0.2.0', empty: '' }, 'en')).toEqual(['agent version 0.2.0']));
});
