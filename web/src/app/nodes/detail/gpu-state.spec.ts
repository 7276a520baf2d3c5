import { describe, expect, it } from 'vitest';
import { gpuState, percentOf } from './gpu-state';

const state = (health: string, held = false) => gpuState({ health, quarantine: held ? { by: 'person', reason: '', since: '' } : null });

describe('the state of a card', () => {
  it('is quarantine before anything else', () => expect(state('ok', true)).toEqual({ tone: 'warn', key: 'nodes.gpu.quarantined' }));
  it.each([['ok', 'ok', 'ok'], ['', 'ok', 'ok'], ['xid', 'bad', 'xid'], ['hot', 'warn', 'hot'], ['unknown', 'idle', 'unknown'], ['melted', 'bad', 'error']])('"%s" is %s', (health, tone, key) => {
    expect(state(health)).toEqual({ tone, key: `nodes.gpu.health.${key}` });
  });
  it('makes no percent of the unknown', () => expect([percentOf(200, 300), percentOf(null, 300), percentOf(1, null), percentOf(400, 300)]).toEqual([67, null, null, 100]));
});
