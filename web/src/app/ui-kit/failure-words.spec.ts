import { describe, expect, it } from 'vitest';
import { failureWords, wordedCodes } from './failure-words';
import en from './i18n/en.json';
import zh from './i18n/zh.json';

const failure = (status: number, code: string, message = 'gpu-1 carries 2 instances') => failureWords({ status, code, message, requestId: 'r1' });

describe('words of a failure', () => {
  it('have a title in both languages for every code they know', () => {
    expect(Object.keys(en.refusal).toSorted()).toEqual([...wordedCodes].toSorted());
    expect(Object.keys(zh.refusal).toSorted()).toEqual([...wordedCodes].toSorted());
  });
  it('keep what the controller said as the detail', () => expect(failure(409, 'in-use')).toMatchObject({ title: 'kit.refusal.in-use', message: 'gpu-1 carries 2 instances' }));
  it('say that nobody answered', () => expect(failure(0, 'unreachable')).toMatchObject({ title: 'kit.error.unreachable', message: '' }));
  it('do not repeat what a missing permission or thing is called inside', () => {
    expect(failure(403, 'forbidden').message).toBe('');
    expect(failure(404, 'not-found').message).toBe('');
  });
  it('show a code they have never heard of rather than nothing', () => expect(failure(418, 'teapot', '')).toMatchObject({ title: 'kit.error.refused', message: 'teapot' }));
});
