import { HttpTestingController } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { consoleTesting } from '../../test/console-testing';
import { FakeEventStreams } from '../../test/fake-event-stream';
import { aNode, anOperation } from '../../test/fixtures';
import type { Node } from './api-types';
import { reconnectDelayMs } from './event-stream';
import { GATHER_MS } from './gathered';
import { LiveStore } from './live-store';

describe('LiveStore', () => {
  let store: LiveStore;
  let http: HttpTestingController;
  let streams: FakeEventStreams;

  beforeEach(() => {
    streams = new FakeEventStreams();
    TestBed.configureTestingModule({ providers: consoleTesting({}, streams) });
    store = TestBed.inject(LiveStore);
    http = TestBed.inject(HttpTestingController);
  });

  afterEach(() => vi.useRealTimers());

  const overview = { nodes: { total: 1 } };

  function answerLists(nodes: readonly Node[]): void {
    http.expectOne('/api/v1/nodes').flush(nodes);
    http.expectOne('/api/v1/overview').flush(overview);
  }

  it('fetches only the lists the permissions allow', async () => {
    store.start(['operations.read']);
    http.expectNone('/api/v1/nodes');
    http.expectOne('/api/v1/operations').flush([anOperation()]);
    await vi.waitFor(() => expect(store.operations()).toHaveLength(1));
    expect(store.loaded.operations()).toBe(true);
    expect(store.loaded.nodes()).toBe(false);
  });

  it('applies changes in place, new things first, and removals', async () => {
    store.start(['nodes.read']);
    answerLists([aNode(), aNode({ id: 'n2', name: 'gpu-2' })]);
    await vi.waitFor(() => expect(store.nodes()).toHaveLength(2));
    streams.last.connect();
    streams.last.say({ topic: 'nodes', kind: 'changed', id: 'n2', value: aNode({ id: 'n2', state: 'suspect' }) });
    streams.last.say({ topic: 'nodes', kind: 'changed', id: 'n3', value: aNode({ id: 'n3' }) });
    streams.last.say({ topic: 'nodes', kind: 'removed', id: 'n1', value: null });
    await vi.waitFor(() => expect(store.nodes().map(({ id, state }) => `${id} ${state}`)).toEqual(['n3 healthy', 'n2 suspect']));
  });

  it('shows the first change at once and a flood of them together, the newest of each', async () => {
    store.start(['nodes.read']);
    answerLists([aNode(), aNode({ id: 'n2' })]);
    await vi.waitFor(() => expect(store.nodes()).toHaveLength(2));
    vi.useFakeTimers();
    const say = (id: string, state: Node['state']) => streams.last.say({ topic: 'nodes', kind: 'changed', id, value: aNode({ id, state }) });
    const shown = () => store.nodes().map(({ id, state }) => `${id} ${state}`);
    say('n1', 'suspect');
    expect(shown()).toEqual(['n1 suspect', 'n2 healthy']);
    for (let round = 0; round < 50; round++) say('n2', round % 2 ? 'unreachable' : 'suspect');
    say('n3', 'healthy');
    streams.last.say({ topic: 'nodes', kind: 'removed', id: 'n1', value: null });
    expect(shown()).toEqual(['n1 suspect', 'n2 healthy']);
    vi.advanceTimersByTime(GATHER_MS);
    expect(shown()).toEqual(['n3 healthy', 'n2 unreachable']);
    vi.advanceTimersByTime(GATHER_MS);
    say('n2', 'healthy');
    expect(shown()).toEqual(['n3 healthy', 'n2 healthy']);
  });

  it('fetches again on hello, so that missed events do not last', async () => {
    store.start(['nodes.read']);
    answerLists([aNode()]);
    await vi.waitFor(() => expect(store.nodes()).toHaveLength(1));
    streams.last.say({ topic: 'hello', kind: 'changed', id: '', value: null });
    answerLists([]);
    await vi.waitFor(() => expect(store.nodes()).toHaveLength(0));
  });

  it('drops an old answer that comes after a newer one', async () => {
    store.start(['operations.read']);
    const old = http.expectOne('/api/v1/operations');
    void store.refresh();
    http.expectOne('/api/v1/operations').flush([anOperation({ id: 'new' })]);
    await vi.waitFor(() => expect(store.operations()).toHaveLength(1));
    old.flush([]);
    await Promise.resolve();
    expect(store.operations().map(({ id }) => id)).toEqual(['new']);
  });

  it('is stale from the loss until connected again, and reconnects by itself', () => {
    vi.useFakeTimers();
    store.start([]);
    streams.last.connect();
    expect(store.stale()).toBe(false);
    streams.last.lose();
    expect(store.stale()).toBe(true);
    const since = store.staleSince();
    vi.advanceTimersByTime(1300);
    expect(streams.opened).toHaveLength(2);
    expect(streams.opened[0]?.closed).toBe(true);
    streams.last.lose();
    expect(store.staleSince()).toBe(since);
    vi.advanceTimersByTime(2500);
    streams.last.connect();
    expect(store.stale()).toBe(false);
  });

  it('stops for good: no reconnection, nothing left to see', async () => {
    store.start(['operations.read']);
    http.expectOne('/api/v1/operations').flush([anOperation()]);
    await vi.waitFor(() => expect(store.operations()).toHaveLength(1));
    vi.useFakeTimers();
    streams.last.lose();
    store.stop();
    vi.advanceTimersByTime(60_000);
    expect(streams.opened).toHaveLength(1);
    expect(store.operations()).toEqual([]);
    expect(store.stale()).toBe(false);
  });

  it('keeps what it has and tells why when a fetch fails', async () => {
    store.start(['operations.read']);
    http.expectOne('/api/v1/operations').flush([anOperation()]);
    await vi.waitFor(() => expect(store.operations()).toHaveLength(1));
    const again = store.refresh();
    http.expectOne('/api/v1/operations').flush({ error: { code: 'internal', message: 'broken', requestId: 'r' } }, { status: 500, statusText: 'Error' });
    await again;
    expect(store.failure()).toMatchObject({ status: 500, requestId: 'r' });
    expect(store.operations()).toHaveLength(1);
  });
});

describe('reconnectDelayMs', () => {
  it('doubles up to thirty seconds, give or take a fifth', () => {
    expect([1, 2, 3, 6, 50].map((failures) => reconnectDelayMs(failures, 0.5))).toEqual([1000, 2000, 4000, 30_000, 30_000]);
    expect(reconnectDelayMs(1, 0)).toBe(800);
    expect(reconnectDelayMs(1, 1)).toBe(1200);
  });
});
