import { HttpTestingController } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { consoleTesting } from '../../../test/console-testing';
import { aCall } from '../../../test/fixtures';
import { CallStore } from './call-store';

describe('CallStore', () => {
  let store: CallStore;
  let http: HttpTestingController;

  beforeEach(() => {
    vi.useFakeTimers();
    TestBed.configureTestingModule({ providers: [...consoleTesting(), CallStore] });
    store = TestBed.inject(CallStore);
    http = TestBed.inject(HttpTestingController);
  });

  afterEach(() => vi.useRealTimers());

  const settle = () => vi.advanceTimersByTimeAsync(0);
  const ids = () => store.calls().map(({ id }) => id).join('');
  const next = () => http.expectOne((request) => request.url === '/api/v1/calls');
  const page = (letters: string, more: string | null = null) => ({ items: Array.from(letters, (id) => aCall({ id })), next: more });

  it('reads the newest page of the service, then older ones by their key', async () => {
    store.show('s1', '');
    const first = next();
    expect(first.request.params.get('serviceId')).toBe('s1');
    expect(first.request.params.has('outcome')).toBe(false);
    first.flush(page('dc', 'c'));
    await settle();
    void store.loadOlder();
    const second = next();
    expect(second.request.params.get('before')).toBe('c');
    second.flush(page('ba'));
    await settle();
    expect([ids(), store.hasOlder()]).toEqual(['dcba', false]);
  });

  it('drops the answer for a filter that is no longer shown', async () => {
    store.show('s1', '');
    const late = next();
    store.show('s1', 'timeout');
    const wanted = next();
    expect(wanted.request.params.get('outcome')).toBe('timeout');
    wanted.flush(page('t'));
    late.flush(page('x'));
    await settle();
    expect(ids()).toBe('t');
  });

  it('keeps the top fresh by itself and leaves older pages where they are', async () => {
    store.show('s1', '');
    next().flush(page('ba', 'a'));
    await settle();
    await vi.advanceTimersByTimeAsync(5000);
    next().flush(page('cb', 'b'));
    await settle();
    expect(ids()).toBe('cba');
    void store.loadOlder();
    expect(next().request.params.get('before')).toBe('a');
  });

  it('says why nothing came, and recovers', async () => {
    store.show('s1', '');
    next().flush(null, { status: 503, statusText: 'Gone' });
    await settle();
    expect([store.loaded(), store.failure()?.status]).toEqual([false, 503]);
    void store.refresh();
    next().flush(page('a'));
    await settle();
    expect([ids(), store.failure()]).toEqual(['a', null]);
  });

  it('asks no more after auto refresh was switched off', async () => {
    store.show('s1', '');
    next().flush(page('a'));
    await settle();
    store.auto.set(false);
    await vi.advanceTimersByTimeAsync(20_000);
    http.expectNone((request) => request.url === '/api/v1/calls');
  });
});
