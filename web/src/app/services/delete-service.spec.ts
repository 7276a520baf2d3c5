import { describe, expect, it } from 'vitest';
import type { Service } from '../api';
import { deletionQuestion } from './delete-service';

const words = (key: string, values: object = {}) => [key, ...Object.values(values)].join(' ');
const service = (...states: string[]) => ({ name: 'qwen', instances: states.map((state) => ({ state })) }) as unknown as Service;

describe('deleting a service', () => {
  it('counts what stops, not what has stopped already', () => {
    expect(deletionQuestion(service('running', 'loading', 'failed'), 0, words).consequences?.[0]).toBe('delete.stops 2');
    expect(deletionQuestion(service('running'), 0, words).consequences?.[0]).toBe('delete.stopsOne');
    expect(deletionQuestion(service('stopped'), 0, words).consequences?.[0]).toBe('delete.stopsNone');
  });

  it('asks for the name only while people call it', () => {
    expect(deletionQuestion(service('running'), 0, words).typeToConfirm).toBeUndefined();
    const busy = deletionQuestion(service('running'), 17, words);
    expect(busy.typeToConfirm).toBe('qwen');
    expect(busy.consequences?.[1]).toBe('delete.calls 17');
  });

  it('does not claim that nobody calls it when that is not known', () => {
    const unsure = deletionQuestion(service('running'), null, words);
    expect(unsure.consequences?.[1]).toBe('delete.callsUnknown');
    expect(unsure.typeToConfirm).toBeUndefined();
  });
});
