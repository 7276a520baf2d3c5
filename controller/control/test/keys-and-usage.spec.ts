import { CallOutcome, type CallRecord } from '@openstation/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Settings } from '../src/settings/index.js';
import { CallLog } from '../src/usage/index.js';
import { RetentionLoop } from '../src/usage/retention-loop.js';
import { ControlUnderTest } from './fixtures/control.js';
import { describeOnEveryDatabase, type TestDatabase } from './fixtures/databases.js';

interface KeyAnswer {
  key: { id: string; lastUsedAt: string | null; revokedAt: string | null };
  secret: string;
}

describeOnEveryDatabase('keys and calls', (makeDatabase) => {
  let database: TestDatabase;
  let control: ControlUnderTest;
  let ann: { id: string; cookie: string };
  let bob: { id: string; cookie: string };
  let adminCookie: string;

  beforeAll(async () => {
    database = await makeDatabase();
    control = await ControlUnderTest.start(database);
    adminCookie = await control.settleAdmin();
    ann = await control.person('ann', 'user');
    bob = await control.person('bob', 'user');
  });
  afterAll(async () => {
    await control.stop();
    await database.drop();
  });

  const newKey = async (cookie: string, body: object = { label: 'laptop' }) => (await control.ask('POST', '/keys', { cookie, body })).body as KeyAnswer;

  describe('keys', () => {
    it('are shown once; several per person work', async () => {
      const first = await newKey(ann.cookie);
      const second = await newKey(ann.cookie, { label: 'server' });
      expect(first.secret).toMatch(/^osk1_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}$/);
      const list = await control.ask('GET', '/keys', { cookie: ann.cookie });
      expect((list.body as { id: string }[]).map(({ id }) => id).sort()).toEqual([first.key.id, second.key.id].sort());
      expect(JSON.stringify(list.body)).not.toContain(first.secret);
      expect((await control.ask('GET', '/me', { cookie: ann.cookie })).body).toMatchObject({ username: 'ann' });
    });

    it('of others do not exist for users, and do for administrators', async () => {
      const { key } = await newKey(ann.cookie);
      expect((await control.ask('DELETE', `/keys/${key.id}`, { cookie: bob.cookie })).status).toBe(404);
      expect((await control.ask('GET', `/keys?userId=${ann.id}`, { cookie: bob.cookie })).status).toBe(404);
      expect((await control.ask('POST', '/keys', { cookie: bob.cookie, body: { userId: ann.id, label: 'x' } })).status).toBe(404);
      expect((await control.ask('GET', `/keys?userId=${ann.id}`, { cookie: adminCookie })).body).toHaveLength(3);
      const made = await newKey(adminCookie, { userId: ann.id, label: 'from admin' });
      expect((await control.ask('DELETE', `/keys/${made.key.id}`, { cookie: adminCookie })).status).toBe(204);
      expect((await newKey(adminCookie)).key).toMatchObject({ username: 'admin' });
    });

    it('stay revoked, and expire in the future only', async () => {
      const { key } = await newKey(bob.cookie);
      for (let i = 0; i < 2; i++) expect((await control.ask('DELETE', `/keys/${key.id}`, { cookie: bob.cookie })).status).toBe(204);
      const [listed] = (await control.ask('GET', '/keys', { cookie: bob.cookie })).body as KeyAnswer['key'][];
      expect(listed?.revokedAt).not.toBeNull();
      const past = await control.ask('POST', '/keys', { cookie: bob.cookie, body: { label: 'x', expiresAt: '2020-01-01T00:00:00Z' } });
      expect(past.body.error).toMatchObject({ code: 'bad-request', field: 'expiresAt' });
    });
  });

  describe('the call log', () => {
    const minute = 60_000;
    let start: number;
    const call = (number: number, more: Partial<CallRecord> = {}): CallRecord => ({
      callId: `call-${String(number).padStart(5, '0')}`, startedAtMs: start + Math.floor(number / 3), userId: ann.id, keyId: '', model: 'tiny', serviceId: 'service-1', instanceId: 'i1',
      path: '/v1/chat/completions', stream: true, status: 200, outcome: CallOutcome.OK, durationMs: 100, ttftMs: number, promptTokens: 10, completionTokens: 5, tokensEstimated: false,
      tokensPerSecond: 50, retries: 0, queueMs: 1, connectMs: undefined, errorCode: '', ...more,
    });

    beforeAll(async () => {
      start = control.clock.now() - 2 * minute;
      const log = control.control.app.get(CallLog);
      const batch = Array.from({ length: 700 }, (_, number) => call(number));
      await log.ingest('g1', batch.slice(0, 400));
      await log.ingest('g1', batch.slice(300));
      await log.ingest('g1', batch.slice(0, 400));
      await log.ingest('g1', [call(900, { userId: bob.id, status: 502, outcome: CallOutcome.UPSTREAM_ERROR, errorCode: 'engine-unreachable', ttftMs: undefined, promptTokens: undefined, completionTokens: undefined })]);
    });

    it('counts a batch that comes twice once', async () => {
      const { body } = await control.ask('GET', '/usage?minutes=60', { cookie: adminCookie });
      expect(body).toMatchObject({ requests: 701, failedRequests: 1, promptTokens: 7000, completionTokens: 3500 });
    });

    it('pages by key without losing or repeating calls that began in the same millisecond', async () => {
      const seen: string[] = [];
      let before = '';
      do {
        const { body } = await control.ask('GET', `/calls?limit=97&userId=${ann.id}${before}`, { cookie: adminCookie });
        const page = body as { items: { id: string; startedAt: string }[]; next: string | null };
        seen.push(...page.items.map(({ id }) => id));
        before = page.next === null ? '' : `&before=${page.next}`;
      } while (before !== '');
      expect(seen).toEqual(Array.from({ length: 700 }, (_, number) => call(number)).sort((a, b) => b.startedAtMs - a.startedAtMs || (a.callId < b.callId ? 1 : -1)).map(({ callId }) => callId));
      expect((await control.ask('GET', '/calls?before=x%27', { cookie: adminCookie })).body.error).toMatchObject({ field: 'before' });
    });

    it('shows people their own calls only, and filters', async () => {
      const { body } = await control.ask('GET', `/calls?userId=${ann.id}`, { cookie: bob.cookie });
      expect(body.items).toHaveLength(1);
      expect(body.items[0]).toMatchObject({ username: 'bob', outcome: 'upstream_error', errorCode: 'engine-unreachable', ttftMs: null, totalTokens: null, status: 502 });
      expect((await control.ask('GET', '/usage', { cookie: bob.cookie })).body).toMatchObject({ requests: 1, ttftP50Ms: null });
      expect((await control.ask('GET', '/calls?outcome=upstream_error', { cookie: adminCookie })).body.items).toHaveLength(1);
      expect((await control.ask('GET', '/usage?serviceId=other', { cookie: adminCookie })).body).toMatchObject({ requests: 0 });
    });

    it('gives percentiles and a series without holes, by minute and by hour alike', async () => {
      for (const minutes of [60, 1440, 43_200]) {
        const { body } = await control.ask('GET', `/usage?minutes=${minutes}`, { cookie: ann.cookie });
        const series = body.series as { requests: number; completionTokens: number; ttftP50Ms: number | null }[];
        expect([minutes, body.requests, body.ttftP50Ms, body.ttftP95Ms, body.tokensPerSecondP50]).toEqual([minutes, 700, 349, 664, 50]);
        expect(series.reduce((sum, { requests }) => sum + requests, 0)).toBe(700);
        expect(series.length).toBeLessThanOrEqual(62);
        expect(series.filter(({ ttftP50Ms }) => ttftP50Ms !== null).length).toBe(series.filter(({ requests }) => requests > 0).length);
      }
    });

    it('notes when a key was used, and keeps the name of deleted users', async () => {
      const { key } = await newKey(bob.cookie);
      await control.control.app.get(CallLog).ingest('g1', [call(1000, { userId: bob.id, keyId: key.id })]);
      const keys = (await control.ask('GET', '/keys', { cookie: bob.cookie })).body as KeyAnswer['key'][];
      expect(keys.find(({ id }) => id === key.id)?.lastUsedAt).not.toBeNull();
      expect((await control.ask('DELETE', `/users/${bob.id}`, { cookie: adminCookie })).status).toBe(204);
      expect((await control.ask('GET', `/calls?userId=${bob.id}`, { cookie: adminCookie })).body.items[0]).toMatchObject({ username: 'bob' });
    });

    it('takes nothing from a gateway that would spoil it', async () => {
      const log = control.control.app.get(CallLog);
      const long = 'x'.repeat(5000);
      await log.ingest('g1', [call(2000, { callId: '' }), call(2001, { callId: long }), call(2002, { startedAtMs: -1 }), call(2003, { startedAtMs: Number.NaN })]);
      await log.ingest('g1', [call(2004, { model: long, path: long, errorCode: long, serviceId: long, durationMs: Number.POSITIVE_INFINITY, ttftMs: Number.NaN, userId: '' })]);
      const { body } = await control.ask('GET', '/calls?limit=1', { cookie: adminCookie });
      expect(body.items[0]).toMatchObject({ id: 'call-02004', model: 'x'.repeat(128), serviceId: null, userId: null, username: null, ttftMs: null, durationMs: 0 });
    });

    it('is cut by the retention setting, and only there', async () => {
      await control.ask('PATCH', '/settings', { cookie: adminCookie, body: { callRetentionDays: 1 } });
      expect(control.control.app.get(Settings).current().callRetentionDays).toBe(1);
      const old = control.clock.now() - 25 * 3_600_000;
      await control.control.app.get(CallLog).ingest('g1', Array.from({ length: 2100 }, (_, n) => call(3000 + n, { startedAtMs: old })));
      await control.control.app.get(RetentionLoop).round(new AbortController().signal);
      const { body } = await control.ask('GET', '/usage?minutes=60', { cookie: adminCookie });
      expect(body.requests).toBe(703);
      expect((await control.ask('GET', `/calls?before=${old + 1}_zzz`, { cookie: adminCookie })).body.items).toEqual([]);
    });
  });
});
