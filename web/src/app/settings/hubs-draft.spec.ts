import { describe, expect, it } from 'vitest';
import { hubChangesOf, hubProblemsOf, hubsDraftOf } from './hubs-draft';

const stored = {
  activeDownloads: 1, primaryHub: 'modelscope', modelscopeAddress: 'https://modelscope.example', huggingfaceAddress: 'https://hub.example', modelscopeTokenSet: true, huggingfaceTokenSet: false, downloadBytesPerSecond: null,
  distributionBytesPerSecond: 100_000_000,
} as const;

describe('hub settings', () => {
  it('sends only what differs, also when a speed cannot be shown exactly', () => expect(hubChangesOf(hubsDraftOf(stored), stored)).toEqual({}));

  it('sends speeds in bytes, and null for none', () => {
    expect(hubChangesOf({ ...hubsDraftOf(stored), downloadRate: '10', distributionRate: '' }, stored)).toEqual({ downloadBytesPerSecond: 10_485_760, distributionBytesPerSecond: null });
  });

  it('sends a token only when one was typed, and removes only one that is there', () => {
    expect(hubChangesOf({ ...hubsDraftOf(stored), modelscopeToken: null, huggingfaceToken: null }, stored)).toEqual({ modelscopeToken: null });
    expect(hubChangesOf({ ...hubsDraftOf(stored), huggingfaceToken: 'hf_x' }, stored)).toEqual({ huggingfaceToken: 'hf_x' });
  });

  it('names every field to mend', () => {
    const draft = { ...hubsDraftOf(stored), activeDownloads: 5, modelscopeAddress: 'ftp://x', huggingfaceAddress: 'https://user:pw@x', downloadRate: '0.01', distributionRate: 'fast' };
    expect(Object.keys(hubProblemsOf(draft))).toEqual(['activeDownloads', 'modelscopeAddress', 'huggingfaceAddress', 'downloadBytesPerSecond', 'distributionBytesPerSecond']);
    expect(hubProblemsOf(hubsDraftOf(stored))).toEqual({});
  });
});
