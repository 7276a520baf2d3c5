import { afterEach, beforeEach, expect, it } from 'vitest';
import { Audit } from '../src/audit/index.js';
import { AuditEntry } from '../src/audit/audit.store.js';
import { firstBrokenEntry } from '../src/audit/verify-chain.js';
import { ControlUnderTest } from './fixtures/control.js';
import { describeOnEveryDatabase, type TestDatabase } from './fixtures/databases.js';

describeOnEveryDatabase('the audit log', (makeDatabase) => {
  let database: TestDatabase;
  let control: ControlUnderTest;
  let bearer: string;

  beforeEach(async () => {
    database = await makeDatabase();
    control = await ControlUnderTest.start(database);
    bearer = await control.localAdminToken();
  });
  afterEach(async () => {
    await control.stop();
    await database.drop();
  });

  const deeds = async () => {
    const ids: string[] = [];
    for (const name of ['a1', 'a2', 'a3', 'a4']) {
      const { user } = (await control.ask('POST', '/users', { bearer, body: { username: name } })).body as { user: { id: string } };
      ids.push(user.id);
    }
    return ids;
  };

  it('says who did what from where, newest first, in pages', async () => {
    const [first = ''] = await deeds();
    await control.ask('PATCH', `/users/${first}`, { bearer, body: { role: 'operator', email: 'a@example.org' } });
    const page = (await control.ask('GET', '/audit?limit=2', { bearer })).body as { items: Record<string, unknown>[]; next: string };
    expect(page.items[0]).toMatchObject({
      actor: 'local-admin', address: '127.0.0.1', verb: 'user.update', objectType: 'user', objectId: first, objectName: 'a1',
      changes: { role: { from: 'user', to: 'operator' }, email: { from: null, to: 'a@example.org' } },
    });
    const rest = (await control.ask('GET', `/audit?limit=100&before=${page.next}`, { bearer })).body as { items: Record<string, unknown>[]; next: null };
    expect(rest.items.map(({ objectName }) => objectName)).toEqual(['a3', 'a2', 'a1', 'admin']);
    expect(rest.next).toBeNull();
  });

  it('has nothing about deeds that did not happen', async () => {
    await deeds();
    const before = ((await control.ask('GET', '/audit', { bearer })).body as { items: unknown[] }).items.length;
    await control.ask('POST', '/users', { bearer, body: { username: 'a1' } });
    await control.ask('DELETE', '/users/nobody', { bearer });
    expect(((await control.ask('GET', '/audit', { bearer })).body as { items: unknown[] }).items.length).toBe(before);
  });

  it('stays one chain under concurrent deeds', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => control.ask('PATCH', '/settings', { bearer, body: { callRetentionDays: 100 + n } })));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(await firstBrokenEntry(control.control.store)).toBeUndefined();
  });

  it.each<[string, number, () => Promise<unknown>]>([
    ['changed', 3, () => control.control.store.transaction(({ manager }) => manager.update(AuditEntry, { sequence: 3 }, { actor: 'somebody-else' }))],
    ['removed', 2, () => control.control.store.transaction(({ manager }) => manager.delete(AuditEntry, { sequence: 2 }))],
    ['cut off at the end', 5, () => control.control.store.transaction(({ manager }) => manager.delete(AuditEntry, { sequence: 5 }))],
  ])('shows where an entry was %s', async (_, place, tamper) => {
    await deeds();
    expect(await firstBrokenEntry(control.control.store)).toBeUndefined();
    await tamper();
    expect(await firstBrokenEntry(control.control.store)).toBe(place);
  });

  it('is a condition of the deed: without the entry nothing happens', async () => {
    const audit = control.control.app.get(Audit);
    const record = audit.record.bind(audit);
    audit.record = () => Promise.reject(new Error('disk full'));
    expect((await control.ask('POST', '/users', { bearer, body: { username: 'ghost' } })).status).toBe(500);
    audit.record = record;
    expect(((await control.ask('GET', '/users', { bearer })).body as { username: string }[]).map(({ username }) => username)).toEqual(['admin']);
  });
});
