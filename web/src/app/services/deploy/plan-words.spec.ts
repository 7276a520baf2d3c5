import { describe, expect, it } from 'vitest';
import type { Model, Plan } from '../../api';
import en from '../i18n/en.json';
import zh from '../i18n/zh.json';
import { chatsThatFit, noteWords, rejectedIn } from './plan-words';
import type { Note } from './plan-summary';

const note = (code: string): Note => ({ level: 'error', code, field: null, message: 'server words' });
const plan = {
  fits: true, parallel: 4, contextLength: 9000, rejected: [{}], notes: [note('capacity')],
  memory: { totalBytes: 100, kvCacheBytes: 40 }, placements: [{ availableBytes: 160 }],
} as unknown as Plan;
const model = { contextLength: 4096, format: 'gguf' } as Model;

describe('words for a plan', () => {
  it('fills in the numbers of a note it knows', () => {
    expect(noteWords(note('context-too-long'), plan, model)).toEqual({ key: 'services.plan.note.contextTooLong', values: { limit: 4096, asked: 9000 } });
    expect(noteWords(note('no-node'), { ...plan, rejected: [] }, model)?.key).toBe('services.plan.note.noNodeAtAll');
  });

  it('leaves an unknown note and wrong parameters to the server', () => {
    expect(noteWords(note('parameter'), plan, model)).toBeNull();
    expect(noteWords(note('of-tomorrow'), plan, model)).toBeNull();
  });

  it('computes the chats that fit from the memory left over', () => {
    // One chat needs 40 / 4 = 10; room for chats is 160 - 100 + 40 = 100.
    expect(chatsThatFit(plan)).toBe(10);
    expect(chatsThatFit({ ...plan, notes: [] })).toBeNull();
    expect(chatsThatFit({ ...plan, fits: false })).toBeNull();
  });

  it('reads the refused nodes out of a failure, and nothing out of other details', () => {
    const rejected = [{ nodeId: 'n', nodeName: 'master', reason: 'has no GPU card' }];
    expect(rejectedIn({ rejected: [...rejected, 7, { nodeName: 'x' }] })).toEqual(rejected);
    expect(rejectedIn({ limit: 3 })).toEqual([]);
  });

  it('has every phrase in both languages', () => {
    expect(Object.keys(en.plan.note)).toEqual(Object.keys(zh.plan.note));
  });
});
