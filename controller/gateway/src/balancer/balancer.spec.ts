import type { Target } from '@openstation/proto';
import { describe, expect, it } from 'vitest';
import { InstanceLoad } from './instance-load.js';
import { pickTarget } from './pick-target.js';

const target = (instanceId: string): Target => ({ instanceId, nodeId: 'n', nodeName: 'n', address: '', port: 1, engineModel: '' });
const three = ['a', 'b', 'c'].map(target);
const none = new Set<string>();

describe('balancer', () => {
  it('takes the least busy, not counting excluded ones', () => {
    const load = new InstanceLoad(() => 0);
    load.begin('a');
    load.begin('a');
    load.begin('b');
    expect(pickTarget(three, load, none, 0)?.instanceId).toBe('c');
    expect(pickTarget(three, load, new Set(['c']), 0)?.instanceId).toBe('b');
    expect(pickTarget(three, load, new Set(['a', 'b', 'c']), 0)).toBeUndefined();
    expect(pickTarget([], load, none, 0)).toBeUndefined();
  });

  it('shares equal instances equally', () => {
    const load = new InstanceLoad(() => 0);
    expect([0, 1, 2, 3].map((turn) => pickTarget(three, load, none, turn)?.instanceId)).toEqual(['a', 'b', 'c', 'a']);
  });

  it('frees exactly once', () => {
    const load = new InstanceLoad(() => 0);
    const one = load.begin('a');
    load.begin('a');
    one();
    one();
    expect(load.outstanding('a')).toBe(1);
    expect(load.total()).toBe(1);
  });

  it('avoids an instance that failed just now, unless it is the only one', () => {
    let now = 0;
    const load = new InstanceLoad(() => now);
    load.failed('a');
    for (let i = 0; i < 5; i++) load.begin('b');
    expect(pickTarget([target('a'), target('b')], load, none, 0)?.instanceId).toBe('b');
    expect(pickTarget([target('a')], load, none, 0)?.instanceId).toBe('a');
    now = 2001;
    expect(pickTarget([target('a'), target('b')], load, none, 0)?.instanceId).toBe('a');
  });
});
