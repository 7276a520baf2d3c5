import { describe, expect, it } from 'vitest';
import type { Call } from '../../api';
import { appendOlder, prependNewest } from './call-log';

const calls = (...ids: string[]) => ids.map((id) => ({ id }) as Call);
const ids = (list: readonly Call[]) => list.map((call) => call.id).join('');

describe('service log', () => {
  it('appends an older page without repeating a call', () => {
    expect(ids(appendOlder(calls('d', 'c'), calls('c', 'b')))).toBe('dcb');
  });

  it('lays new calls on top and keeps the older pages', () => {
    const merged = prependNewest(calls('c', 'b', 'a'), calls('e', 'd', 'c'));
    expect([ids(merged.calls), merged.joined]).toEqual(['edcba', true]);
  });

  it('starts again where a refresh leaves a hole', () => {
    const merged = prependNewest(calls('b', 'a'), calls('z', 'y'));
    expect([ids(merged.calls), merged.joined]).toEqual(['zy', false]);
  });

  it('takes the newest value of a call that is shown already', () => {
    const merged = prependNewest([{ id: 'a', status: 0 } as Call], [{ id: 'a', status: 200 } as Call]);
    expect(merged.calls).toEqual([{ id: 'a', status: 200 }]);
  });
});
