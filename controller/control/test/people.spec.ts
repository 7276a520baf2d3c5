import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ControlUnderTest, FIRST_PASSWORD } from './fixtures/control.js';
import { describeOnEveryDatabase, type TestDatabase } from './fixtures/databases.js';

describeOnEveryDatabase('people', (makeDatabase) => {
  let database: TestDatabase;
  let control: ControlUnderTest;

  beforeAll(async () => {
    database = await makeDatabase();
    control = await ControlUnderTest.start(database);
  });
  afterAll(async () => {
    await control.stop();
    await database.drop();
  });

  describe('the first administrator', () => {
    it('has a random password in a file that only the owner can read, and nothing else works', async () => {
      const password = await control.initialPassword();
      expect(password).toHaveLength(20);
      expect((await stat(join(control.dataDir, 'initial-admin-password'))).mode & 0o777).toBe(0o600);
      expect((await control.ask('POST', '/session', { body: { username: 'admin', password: '123456a?' } })).status).toBe(401);
    });

    it('may only change the password, look at itself and sign out until that is done', async () => {
      const cookie = await control.signIn('admin', await control.initialPassword());
      expect((await control.ask('GET', '/me', { cookie })).body).toMatchObject({ username: 'admin', role: 'admin', mustChangePassword: true });
      for (const [method, path] of [['GET', '/users'], ['GET', '/system'], ['POST', '/keys'], ['GET', '/events'], ['POST', '/join-tokens']] as const) {
        const answer = await control.ask(method, path, { cookie, ...(method === 'POST' ? { body: { label: 'x' } } : {}) });
        expect([answer.status, (answer.body as { error: { code: string } }).error.code]).toEqual([403, 'password-change-required']);
      }
    });

    it('is refused the published default and product words as new password', async () => {
      const current = await control.initialPassword();
      const cookie = await control.signIn('admin', current);
      for (const next of ['123456a?', 'OpenStation1!', 'admin1234!', current]) {
        const answer = await control.ask('POST', '/me/password', { cookie, body: { current, next } });
        expect([next, answer.status, answer.body.error?.field]).toEqual([next, 400, 'next']);
      }
    });

    it('gets all rights with a password of its own, a new cookie, and the file goes', async () => {
      const old = await control.signIn('admin', await control.initialPassword());
      const other = await control.signIn('admin', await control.initialPassword());
      const cookie = await control.settleAdmin();
      expect((await control.ask('GET', '/users', { cookie })).status).toBe(200);
      expect((await control.ask('GET', '/me', { cookie: old })).status).toBe(401);
      expect((await control.ask('GET', '/me', { cookie: other })).status).toBe(401);
      await expect(readFile(join(control.dataDir, 'initial-admin-password'))).rejects.toThrow('ENOENT');
    });
  });

  describe('sessions', () => {
    it('are cookies that scripts and other sites cannot use', async () => {
      const answer = await control.ask('POST', '/session', { body: { username: 'admin', password: FIRST_PASSWORD } });
      const cookie = String(answer.headers['set-cookie']);
      expect(cookie).toMatch(/^__Host-osid=[A-Za-z0-9_-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
    });

    it('end by signing out, by being ended from another one, and by idleness', async () => {
      const { cookie: first } = await control.person('sam', 'user');
      const second = await control.signIn('sam', FIRST_PASSWORD);
      const list = (await control.ask('GET', '/me/sessions', { cookie: second })).body as { id: string; current: boolean }[];
      expect(list.map(({ current }) => current)).toEqual([true, false]);
      const other = list.find(({ current }) => !current)?.id ?? '';
      expect((await control.ask('DELETE', `/me/sessions/${other}`, { cookie: second })).status).toBe(204);
      expect((await control.ask('GET', '/me', { cookie: first })).status).toBe(401);
      expect((await control.ask('DELETE', '/session', { cookie: second })).status).toBe(204);
      expect((await control.ask('GET', '/me', { cookie: second })).status).toBe(401);
      const third = await control.signIn('sam', FIRST_PASSWORD);
      control.clock.advance(29 * 60_000);
      expect((await control.ask('GET', '/me', { cookie: third })).status).toBe(200);
      control.clock.advance(31 * 60_000);
      expect((await control.ask('GET', '/me', { cookie: third })).status).toBe(401);
    });

    it('end after twelve hours however busy they are', async () => {
      const cookie = await control.signIn('sam', FIRST_PASSWORD);
      for (let minutes = 0; minutes < 12 * 60; minutes += 20) {
        expect((await control.ask('GET', '/me', { cookie })).status).toBe(200);
        control.clock.advance(20 * 60_000);
      }
      control.clock.advance(60_000);
      expect((await control.ask('GET', '/me', { cookie })).status).toBe(401);
    });

    it('are ten at most per person', async () => {
      const cookies: string[] = [];
      for (let i = 0; i < 11; i++) {
        control.clock.advance(1000);
        cookies.push(await control.signIn('sam', FIRST_PASSWORD));
      }
      expect((await control.ask('GET', '/me', { cookie: cookies[0] })).status).toBe(401);
      expect((await control.ask('GET', '/me', { cookie: cookies[1] })).status).toBe(200);
    });
  });

  describe('requests from other sites', () => {
    it('are refused for every method that changes something', async () => {
      const cookie = await control.signIn('admin', FIRST_PASSWORD);
      const strangers: Record<string, string>[] = [
        { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { 'sec-fetch-site': 'none' }, { origin: 'https://evil.example' }, { origin: 'null' },
        { origin: control.origin.replace('https', 'http') },
      ];
      for (const headers of strangers) {
        for (const [method, path] of [['POST', '/users'], ['PATCH', '/settings'], ['DELETE', '/session'], ['POST', '/session']] as const) {
          const answer = await control.ask(method, path, { cookie, headers, ...(method === 'DELETE' ? {} : { body: {} }) });
          expect([headers, method, answer.body.error?.code]).toEqual([headers, method, 'cross-site']);
        }
      }
      expect((await control.ask('GET', '/me', { cookie, headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(200);
      expect((await control.ask('PATCH', '/settings', { cookie, headers: { 'sec-fetch-site': 'same-origin' }, body: {} })).status).toBe(200);
    });

    it('are refused when they say nothing of where they come from', async () => {
      const cookie = await control.signIn('admin', FIRST_PASSWORD);
      const { statusCode, body } = await control.open('PATCH', '/settings', { cookie, body: {}, headers: { origin: '' } });
      await body.dump();
      expect(statusCode).toBe(403);
    });

    it('with forms instead of JSON are refused', async () => {
      const cookie = await control.signIn('admin', FIRST_PASSWORD);
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
        expect((await control.ask('PATCH', '/settings', { cookie, body: '{}', headers: { 'content-type': type } })).status).toBe(415);
      }
    });
  });

  describe('signing in', () => {
    it('answers the same for unknown users and wrong passwords', async () => {
      const unknown = await control.ask('POST', '/session', { body: { username: 'nobody-here', password: 'Wrong-pass1?' } });
      const wrong = await control.ask('POST', '/session', { body: { username: 'sam', password: 'Wrong-pass1?' } });
      expect(unknown.status).toBe(401);
      expect({ ...unknown.body.error, requestId: '' }).toEqual({ ...wrong.body.error, requestId: '' });
    });

    it('slows guessing down, also for the right password, and says for how long', async () => {
      await control.person('tess', 'user');
      for (let i = 0; i < 5; i++) expect((await control.ask('POST', '/session', { body: { username: 'tess', password: `Wrong-${i}` } })).status).toBe(401);
      const throttled = await control.ask('POST', '/session', { body: { username: 'TESS', password: FIRST_PASSWORD } });
      expect([throttled.status, throttled.body.error.code, Number(throttled.headers['retry-after']) >= 1]).toEqual([429, 'too-many', true]);
      expect((await control.ask('POST', '/session', { body: { username: 'sam', password: FIRST_PASSWORD } })).status).toBe(200);
      control.clock.advance(1100);
      expect((await control.ask('POST', '/session', { body: { username: 'tess', password: FIRST_PASSWORD } })).status).toBe(200);
    });

    it('refuses handed-out passwords after a week', async () => {
      const { user, password } = (await control.ask('POST', '/users', { bearer: await control.localAdminToken(), body: { username: 'late' } })).body as { user: { id: string }; password: string };
      control.clock.advance(7 * 24 * 3_600_000 + 1000);
      const answer = await control.ask('POST', '/session', { body: { username: 'late', password } });
      expect([answer.status, answer.body.error.code]).toEqual([403, 'password-expired']);
      expect((await control.ask('DELETE', `/users/${user.id}`, { bearer: await control.localAdminToken() })).status).toBe(204);
    });
  });

  describe('an administrator', () => {
    it('makes a user, whose name then is taken in any case, and whose rights follow the role at once', async () => {
      const bearer = await control.localAdminToken();
      const { id, cookie } = await control.person('Émile', 'operator');
      expect((await control.ask('POST', '/users', { bearer, body: { username: 'éMILE' } })).body.error).toMatchObject({ code: 'conflict', field: 'username' });
      expect((await control.ask('GET', '/operations', { cookie })).status).toBe(200);
      expect((await control.ask('PATCH', `/users/${id}`, { bearer, body: { role: 'user' } })).body).toMatchObject({ role: 'user' });
      expect((await control.ask('GET', '/operations', { cookie })).status).toBe(401);
      expect((await control.ask('GET', '/operations', { cookie: await control.signIn('émile', FIRST_PASSWORD) })).status).toBe(403);
    });

    it('disables, resets and deletes: sessions end in the same moment', async () => {
      const bearer = await control.localAdminToken();
      const { id, cookie } = await control.person('dora', 'user');
      await control.ask('PATCH', `/users/${id}`, { bearer, body: { status: 'disabled' } });
      expect((await control.ask('GET', '/me', { cookie })).status).toBe(401);
      expect((await control.ask('POST', '/session', { body: { username: 'dora', password: FIRST_PASSWORD } })).body.error.code).toBe('account-disabled');
      await control.ask('PATCH', `/users/${id}`, { bearer, body: { status: 'enabled' } });
      const again = await control.signIn('dora', FIRST_PASSWORD);
      const { password } = (await control.ask('POST', `/users/${id}/reset-password`, { bearer })).body as { password: string };
      expect((await control.ask('GET', '/me', { cookie: again })).status).toBe(401);
      const settled = await control.settle('dora', password, 'Other-horse8?');
      expect((await control.ask('DELETE', `/users/${id}`, { bearer })).status).toBe(204);
      expect((await control.ask('GET', '/me', { cookie: settled })).status).toBe(401);
      expect((await control.ask('POST', '/users', { bearer, body: { username: 'dora' } })).status).toBe(201);
    });

    it('cannot lock everybody out', async () => {
      const cookie = await control.signIn('admin', FIRST_PASSWORD);
      const bearer = await control.localAdminToken();
      const { id } = (await control.ask('GET', '/me', { cookie })).body as { id: string };
      expect((await control.ask('PATCH', `/users/${id}`, { cookie, body: { status: 'disabled' } })).status).toBe(409);
      expect((await control.ask('DELETE', `/users/${id}`, { bearer })).status).toBe(409);
      expect((await control.ask('PATCH', `/users/${id}`, { bearer, body: { role: 'user' } })).status).toBe(409);
      expect((await control.ask('PATCH', `/users/${id}`, { bearer, body: { email: 'root@example.org' } })).body).toMatchObject({ email: 'root@example.org', role: 'admin' });
    });
  });

  it('are told which field to mend, and unknown fields are refused', async () => {
    const bearer = await control.localAdminToken();
    for (const [body, field] of [[{ username: '' }, 'username'], [{ username: 'ok', role: 'king' }, 'role'], [{ username: 'ok', admin: true }, 'admin'], [{ username: 'ok', email: 'no' }, 'email'], [{}, 'username']] as const) {
      expect((await control.ask('POST', '/users', { bearer, body })).body.error).toMatchObject({ code: 'bad-request', field });
    }
    expect((await control.ask('POST', '/users', { bearer, body: '{' })).body.error.code).toBe('bad-request');
    expect((await control.ask('POST', '/users', { bearer, body: JSON.stringify({ username: 'x'.repeat(2_000_000) }) })).body.error.code).toBe('too-large');
    expect((await control.ask('GET', '/nothing', { bearer })).body.error).toMatchObject({ code: 'not-found', requestId: expect.any(String) as string });
  });
});
