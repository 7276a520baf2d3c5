import { createLogger } from '@openstation/kit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NodeEvents, NodeSessions } from '../src/nodes/index.js';
import { EVENTS_PER_NODE } from '../src/nodes/node-events.js';
import { NodeEventRow, NodeSessionRow } from '../src/nodes/node-records.js';
import { SESSIONS_PER_NODE } from '../src/nodes/node-sessions.js';
import { newId, type Store } from '../src/store/index.js';
import { TIMELINE_KEEP_MS } from '../src/timeline/index.js';
import { TestClock } from './fixtures/control.js';
import { describeOnEveryDatabase, type TestDatabase } from './fixtures/databases.js';

const ROWS_AT_ONCE = 100;

describeOnEveryDatabase('what is kept of nodes', (makeDatabase) => {
  let database: TestDatabase;
  let store: Store;
  let clock: TestClock;
  const logger = createLogger('test', 'silent');

  beforeEach(async () => {
    database = await makeDatabase();
    store = await database.open();
    clock = new TestClock();
  });
  afterEach(async () => {
    await store.close();
    await database.drop();
  });

  async function insert<Row extends object>(entity: new () => Row, rows: readonly Row[]): Promise<void> {
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
      await store.transaction(({ manager }) => manager.insert(entity, rows.slice(at, at + ROWS_AT_ONCE)));
    }
  }
  const event = (nodeId: string, at: number, code: string): NodeEventRow => Object.assign(new NodeEventRow(), { id: newId(), nodeId, at, code, severity: 'info', kind: 'session', message: code, details: {} });
  const session = (nodeId: string, number: number, openedAt: number): NodeSessionRow => Object.assign(new NodeSessionRow(), { nodeId, number, openedAt, closedAt: openedAt, agentVersion: '1', address: 'a', reason: '' });

  it('old events go after 90 days, of a node that tells too much also earlier; the newest stay', async () => {
    const now = clock.now();
    const many = Array.from({ length: EVENTS_PER_NODE + 30 }, (_, index) => event('loud', now - 1_000_000 + Math.floor(index / 4), `e${index}`));
    await insert(NodeEventRow, [...many, event('quiet', now - TIMELINE_KEEP_MS - 1_000_000, 'old'), event('quiet', now - TIMELINE_KEEP_MS + 1_000_000, 'young')]);
    const events = new NodeEvents(store, clock, logger);
    await events.prune();
    expect(await store.manager.countBy(NodeEventRow, { nodeId: 'loud' })).toBe(EVENTS_PER_NODE);
    // Four at a time happened in the same millisecond.
    const kept = await store.manager.find(NodeEventRow, { where: { nodeId: 'loud' }, order: { at: 'ASC' } });
    expect([kept[0]?.at, kept.at(-1)?.at]).toEqual([many[30]?.at, many.at(-1)?.at]);
    expect((await events.page('quiet', 10, undefined)).items.map(({ code }) => code)).toEqual(['young']);
    await events.prune();
    expect(await store.manager.countBy(NodeEventRow, { nodeId: 'loud' })).toBe(EVENTS_PER_NODE);
  });

  it('events of one moment are read page by page, each once', async () => {
    const now = clock.now();
    await insert(NodeEventRow, Array.from({ length: 25 }, (_, index) => event('n', now - Math.floor(index / 10), `e${index}`)));
    const events = new NodeEvents(store, clock, logger);
    const seen: string[] = [];
    let before: string | undefined;
    do {
      const { items, next } = await events.page('n', 7, before);
      seen.push(...items.map(({ code }) => code));
      before = next ?? undefined;
    } while (before !== undefined);
    expect([seen.length, new Set(seen).size]).toEqual([25, 25]);
    await expect(events.page('n', 7, 'nonsense')).rejects.toThrow('is not a `next` of an earlier page');
  });

  it('old sessions go after 90 days, of a node that reconnects all the time also earlier; the newest stay', async () => {
    const now = clock.now();
    const many = Array.from({ length: SESSIONS_PER_NODE + 30 }, (_, index) => session('restless', index + 1, now - 1_000_000 + index));
    await insert(NodeSessionRow, [...many, session('calm', 1, now - TIMELINE_KEEP_MS - 1_000_000), session('calm', 2, now)]);
    const sessions = new NodeSessions(store, clock, logger);
    await sessions.prune();
    expect(await store.manager.countBy(NodeSessionRow, { nodeId: 'restless' })).toBe(SESSIONS_PER_NODE);
    expect((await sessions.page('restless', 1, undefined)).items[0]?.number).toBe(many.length);
    expect((await sessions.page('calm', 10, undefined)).items.map(({ number }) => number)).toEqual([2]);
  });
});
