import { describe, expect, it } from 'vitest';
import { changesOf, draftOf, problemsOf } from './general-draft';
import { settingsTabs } from './settings-tabs';
import { describeUserAgent } from './user-agent';

const stored = { publicHost: null, sessionIdleMinutes: 60, callRetentionDays: 90 };

describe('general settings', () => {
  it('sends only what differs', () => {
    expect(changesOf(draftOf(stored), stored)).toEqual({});
    expect(changesOf({ ...draftOf(stored), publicHost: ' llm.example.org ' }, stored)).toEqual({ publicHost: 'llm.example.org' });
    expect(changesOf({ ...draftOf(stored), publicHost: '' }, { ...stored, publicHost: 'x' })).toEqual({ publicHost: null });
  });

  it('names the field to mend', () => {
    expect(Object.keys(problemsOf({ publicHost: 'https://x/', sessionIdleMinutes: 4, callRetentionDays: null }))).toEqual(['publicHost', 'sessionIdleMinutes', 'callRetentionDays']);
    expect(problemsOf(draftOf({ ...stored, publicHost: '[::1]' }))).toHaveProperty('publicHost');
    expect(problemsOf(draftOf(stored))).toEqual({});
  });
});

describe('settingsTabs', () => {
  it('gives everybody their own security and the version', () => expect(settingsTabs([])).toEqual(['security', 'about']));
  it('shows the audit log only to those who may read it', () => expect(settingsTabs(['settings.read', 'audit.read'])).toEqual(['general', 'hubs', 'engines', 'security', 'audit', 'about']));
});

describe('describeUserAgent', () => {
  it.each([
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0', 'Edge 131 · Windows'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15', 'Safari 17 · macOS'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0', 'Firefox 133 · Linux'],
    ['curl/8.5.0', 'curl 8.5.0'], ['something', 'something'], ['', '–'],
  ])('%s', (header, words) => expect(describeUserAgent(header)).toBe(words));
});
