import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routesByTag } from '../src/http/all-routes.js';
import type { Route } from '../src/http/route.js';
import { can, roles, type Role } from '../src/users/permissions.js';
import { ControlUnderTest } from './fixtures/control.js';
import { describeOnEveryDatabase, type TestDatabase } from './fixtures/databases.js';

type Principal = Role | 'anonymous' | 'newcomer';
const principals: readonly Principal[] = [...roles, 'anonymous', 'newcomer'];
const allRoutes = Object.entries(routesByTag).flatMap(([tag, table]) => Object.entries(table).map(([name, route]) => ({ name: `${tag}.${name}`, route }))).filter(({ route }) => route.pending !== true);

/** The guard's answer after the table, or undefined when the handler must be reached. */
function expected({ can: need }: Route, principal: Principal): string | undefined {
  if (need === 'public') return undefined;
  if (principal === 'anonymous') return 'unauthenticated';
  if (need === 'self') return undefined;
  if (principal === 'newcomer') return 'password-change-required';
  return need === 'signed-in' || can(principal, need) ? undefined : 'forbidden';
}

describeOnEveryDatabase('who may do what', (makeDatabase) => {
  let database: TestDatabase;
  let control: ControlUnderTest;
  const cookies = new Map<Principal, string>();

  beforeAll(async () => {
    database = await makeDatabase();
    control = await ControlUnderTest.start(database);
    for (const role of roles) cookies.set(role, (await control.person(`the-${role}`, role)).cookie);
    cookies.set('newcomer', await control.signIn('admin', await control.initialPassword()));
  });
  afterAll(async () => {
    await control.stop();
    await database.drop();
  });

  describe.each(principals)('as %s', (principal) => {
    // Signing out would end the session that the other routes are asked with.
    it.each(allRoutes.filter(({ name }) => name !== 'users.signOut'))('$name', async ({ route }) => {
      const body = route.method === 'GET' || route.method === 'DELETE' ? {} : { body: {} };
      const { statusCode, headers, body: stream } = await control.open(route.method, route.path.replaceAll(/:\w+/g, 'nobody'), { cookie: cookies.get(principal), ...body });
      const isStream = String(headers['content-type']).includes('event-stream');
      const answer = isStream ? undefined : ((await stream.text()) || undefined);
      if (isStream) stream.destroy();
      stream.on('error', () => undefined);
      const code = answer?.startsWith('{"error"') ? (JSON.parse(answer) as { error: { code: string } }).error.code : undefined;
      const refused = code !== undefined && ['unauthenticated', 'forbidden', 'password-change-required', 'cross-site'].includes(code) ? code : undefined;
      expect([refused, statusCode >= 500]).toEqual([expected(route, principal), false]);
    });
  });

  it('lets nobody sign out who is not signed in', async () => {
    expect((await control.ask('DELETE', '/session')).status).toBe(401);
  });

  it('knows no other spelling of an address', async () => {
    const cookie = cookies.get('admin');
    for (const path of ['/%75sers', '//users', '/users;x', '/USERS', '/users/', '/./users', '/nodes/../users']) {
      const raw = await control.ask('GET', path, {});
      expect([path, raw.status === 401 || raw.status === 404]).toEqual([path, true]);
      expect([path, (await control.ask('GET', path, { cookie: cookies.get('user') })).status !== 200]).toEqual([path, true]);
      expect((await control.ask('TRACE', '/users', { cookie })).status).not.toBe(200);
    }
  });

  it('takes the local administration token from the file, and no other', async () => {
    const bearer = await control.localAdminToken();
    expect((await control.ask('GET', '/me', { bearer })).body).toMatchObject({ username: 'local-admin', role: 'admin', mustChangePassword: false });
    for (const wrong of [`${bearer.slice(0, -1)}x`, 'oslocal_', bearer.toUpperCase(), 'x']) expect((await control.ask('GET', '/me', { bearer: wrong })).status).toBe(401);
    expect((await control.ask('GET', '/me', { headers: { authorization: `Basic ${bearer}` } })).status).toBe(401);
    // A wrong token is not made good by a cookie beside it.
    expect((await control.ask('GET', '/me', { bearer: 'x', cookie: cookies.get('admin') ?? '' })).status).toBe(401);
  });
});
