import { chmod, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret, SecretBox, openSecrets } from '../src/secrets/index.js';
import type { Store } from '../src/store/index.js';
import { ControlUnderTest, FIRST_PASSWORD } from './fixtures/control.js';
import { describeOnEveryDatabase, type TestDatabase } from './fixtures/databases.js';

describe('a secret box', () => {
  const box = new SecretBox(randomBytes(32));

  it('opens what it sealed, in the same context only', () => {
    const sealed = box.seal('table|column|1', Buffer.from('treasure'));
    expect(box.open('table|column|1', sealed).toString()).toBe('treasure');
    expect(() => box.open('table|column|2', sealed)).toThrow('does not open');
    expect(() => new SecretBox(randomBytes(32)).open('table|column|1', sealed)).toThrow('does not open');
    expect(box.seal('table|column|1', Buffer.from('treasure'))).not.toBe(sealed);
  });

  it('refuses every changed, cut or foreign text', () => {
    const sealed = box.seal('c', Buffer.from('treasure'));
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(() => box.open('c', `v1.${changed.toString('base64url')}`)).toThrow();
      expect(() => box.open('c', `v1.${bytes.subarray(0, i).toString('base64url')}`)).toThrow();
    }
    for (const text of ['', 'v1', 'v1.', 'v2.abc', 'plain']) expect(() => box.open('c', text)).toThrow();
  });
});

it('a Secret never prints itself', () => {
  const secret = new Secret('treasure');
  expect([secret.toString(), JSON.stringify({ secret }), inspect(secret), inspect({ deep: { secret } }), String(secret)].join()).not.toContain('treasure');
  expect(secret.reveal()).toBe('treasure');
});

describeOnEveryDatabase('the master key', (makeDatabase) => {
  let database: TestDatabase;
  let store: Store;
  let path: string;

  beforeEach(async () => {
    database = await makeDatabase();
    store = await database.open();
    path = join(database.dataDir, 'master.key');
  });
  afterEach(async () => {
    await store.close();
    await database.drop();
  });

  it('is made once, and keeps what it sealed over restarts', async () => {
    const made = await (await openSecrets(database.dataDir, store)).vault.getOrMake('x', () => randomBytes(32));
    expect(await (await openSecrets(database.dataDir, store)).vault.getOrMake('x', () => randomBytes(32))).toEqual(made);
  });

  it('is never made again for a database with secrets', async () => {
    await openSecrets(database.dataDir, store);
    await rm(path);
    await expect(openSecrets(database.dataDir, store)).rejects.toThrow('restore the file from a backup');
    expect(await readdir(database.dataDir)).not.toContain('master.key');
  });

  it('must be the one of this database, whole, and nobody else\'s to read', async () => {
    await openSecrets(database.dataDir, store);
    await writeFile(path, randomBytes(32));
    await expect(openSecrets(database.dataDir, store)).rejects.toThrow('does not open with this master key');
    await writeFile(path, randomBytes(31));
    await expect(openSecrets(database.dataDir, store)).rejects.toThrow('must hold 32 bytes');
    await chmod(path, 0o644);
    await expect(openSecrets(database.dataDir, store)).rejects.toThrow('chmod 600');
  });
});

describeOnEveryDatabase('secrets of a whole run', (makeDatabase) => {
  it('stand in no table, no log line and no file but their own', async () => {
    const database = await makeDatabase();
    const control = await ControlUnderTest.start(database);
    const initial = await control.initialPassword();
    const canaries = [initial, FIRST_PASSWORD, await control.localAdminToken()];
    const cookie = await control.settleAdmin();
    canaries.push(cookie.slice(cookie.indexOf('=') + 1));
    const { password } = (await control.ask('POST', '/users', { cookie, body: { username: 'canary' } })).body as { password: string };
    const { secret } = (await control.ask('POST', '/keys', { cookie, body: { label: 'canary' } })).body as { secret: string };
    canaries.push(password, secret, secret.slice(16));
    // Failures are where secrets leak: wrong sign-ins, refused input, unreadable bodies.
    await control.ask('POST', '/session', { body: { username: 'canary', password: 'Canary-wrong-1?' } });
    await control.ask('POST', '/session', { body: `{"username":"canary","password":"Canary-broken-1?"` });
    await control.ask('POST', '/me/password', { cookie, body: { current: 'Canary-current-1?', next: 'short' } });
    await control.ask('GET', '/me', { bearer: 'canary-bearer' });
    canaries.push('Canary-wrong-1?', 'Canary-broken-1?', 'Canary-current-1?', 'canary-bearer');
    const vaultKeys = [(await readFile(join(database.dataDir, 'master.key'))).toString('latin1')];
    const tables = await dump(control.control.store);
    await control.stop();

    const log = control.logLines.join('');
    expect(log.length).toBeGreaterThan(100);
    expect(tables).toContain('canary');
    const own: Record<string, string> = { 'local-admin.token': canaries[2] ?? '', 'master.key': vaultKeys[0] ?? '' };
    const files = await filesOf(database.dataDir);
    for (const canary of [...canaries, ...vaultKeys]) {
      expect(log.includes(canary), 'in the log').toBe(false);
      expect(tables.includes(canary), 'in a table').toBe(false);
      for (const [name, content] of files) if (own[name] !== canary) expect(content.includes(canary), `in ${name}`).toBe(false);
    }
    await database.drop();
  });
});

async function dump(store: Store): Promise<string> {
  const tables = store.manager.dataSource.entityMetadatas.map(({ tableName }) => tableName);
  const rows = [];
  for (const table of tables) rows.push(await store.manager.createQueryBuilder().select('*').from(table, 't').getRawMany());
  return JSON.stringify(rows);
}

async function filesOf(directory: string): Promise<[string, string][]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return Promise.all(entries.filter((entry) => entry.isFile()).map(async (entry): Promise<[string, string]> => [entry.name, (await readFile(join(entry.parentPath, entry.name))).toString('latin1')]));
}
