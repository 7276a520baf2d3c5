import { Metadata, credentials, makeGenericClientConstructor, status, type ServiceError } from '@grpc/grpc-js';
import { IntegrationService, newApiKey } from '@openstation/proto';
import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authority } from '../../src/pki/index.js';
import { can, roles, type Permission, type Role } from '../../src/users/permissions.js';
import { ClusterUnderTest } from '../cluster/fixtures/cluster-under-test.js';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';
import { IntegrationUnderTest, bearer, codeOf, newKey, personWithKey, type MethodName, type Person } from './fixtures/integration-client.js';

/** What the REST routes of the same deeds need, said again by hand. */
const needs: Readonly<Record<Exclude<MethodName, 'invoke' | 'describeApi'> | 'watchServices', Permission>> = {
  listNodes: 'nodes.read', getNode: 'nodes.read', listModels: 'models.read', listServices: 'services.read', getService: 'services.read', planService: 'services.write',
  createService: 'services.write', deleteService: 'services.write', addInstance: 'services.write', removeInstance: 'services.write', listCalls: 'usage.own', watchServices: 'services.read',
};
/** Those whose rights depend on what they are asked for; they have their own tests. */
const general = ['invoke', 'describeApi', 'watchEvents'];
const NOBODY = { id: 'nobody', serviceId: 'nobody', instanceId: 'nobody', name: 'chat', modelId: 'nothing' };

describeOnEveryDatabase('who may call the integration API', (makeDatabase) => {
  let database: TestDatabase;
  let cluster: ClusterUnderTest;
  const people = new Map<Role, Person>();
  const open: IntegrationUnderTest[] = [];

  beforeAll(async () => {
    database = await makeDatabase();
    cluster = await ClusterUnderTest.start(database);
    for (const role of roles) people.set(role, await personWithKey(cluster, `the-${role}`, role));
  });
  afterAll(async () => {
    for (const one of open) one.close();
    await cluster.stop();
    await database.drop();
  });

  const as = (metadata: Metadata) => {
    const one = new IntegrationUnderTest(cluster, metadata);
    open.push(one);
    return one;
  };
  const person = (role: Role) => people.get(role)!;

  it('has a line for every method', () => {
    expect([...Object.keys(needs), ...general].sort()).toEqual(Object.keys(IntegrationService).sort());
  });

  describe.each(roles)('as %s', (role) => {
    it.each(Object.entries(needs).filter(([method]) => method !== 'watchServices'))('%s needs %s', async (method, need) => {
      const answer = (await as(bearer(person(role).secret)).ask(method as MethodName, NOBODY)) as ServiceError;
      expect([answer.code === status.PERMISSION_DENIED, answer.code === status.UNAUTHENTICATED, answer.code === status.INTERNAL]).toEqual([!can(role, need), false, false]);
      if (!can(role, need)) expect([codeOf(answer), answer.details]).toEqual(['forbidden', `your role (${role}) may not do this: it needs ${need}`]);
    });

    it('watchServices', async () => {
      const watch = await as(bearer(person(role).secret)).watch().started();
      expect([watch.error, watch.events[0]]).toEqual([undefined, { $case: 'all', value: { services: [] } }]);
      watch.stream.cancel();
    });
  });

  describe('a key', () => {
    const refused = async (metadata: Metadata) => {
      const error = (await as(metadata).ask('listServices')) as ServiceError;
      const stream = await as(metadata).watch().started();
      expect(stream.error?.code).toBe(error.code);
      return [error.code, error.metadata ? codeOf(error) : undefined];
    };
    const pairs = (...given: [string, string][]) => {
      const metadata = new Metadata();
      for (const [name, value] of given) metadata.add(name, value);
      return metadata;
    };

    it('is needed, whole, ours and right', async () => {
      const { secret } = person('admin');
      const [prefix, id] = secret.split('_');
      const other = newApiKey().text;
      const local = 'oslocal_'.padEnd(72, '0');
      for (const wrong of [pairs(), bearer(secret.slice(0, -1)), bearer(`${secret}x`), bearer(other), bearer(local), bearer(secret.toLowerCase()), pairs(['authorization', `Basic ${secret}`]), pairs(['authorization', secret])]) {
        expect(await refused(wrong)).toEqual([status.UNAUTHENTICATED, 'unauthenticated']);
      }
      // The right id with another secret, and a checksum that fits.
      const forged = forge(`${prefix ?? ''}_${id ?? ''}`);
      expect(await refused(bearer(forged))).toEqual([status.UNAUTHENTICATED, 'unauthenticated']);
    });

    it('may stand in x-api-key instead, not twice', async () => {
      const { secret } = person('user');
      expect(await as(pairs(['x-api-key', secret])).ask('listServices')).toEqual({ services: [] });
      expect(await refused(pairs(['x-api-key', secret], ['authorization', `Bearer ${secret}`]))).toEqual([status.INVALID_ARGUMENT, 'bad-request']);
    });

    it('is not the local administration token', async () => {
      const token = (await readFile(`${cluster.dataDir}/local-admin.token`, 'utf8')).trim();
      expect(await refused(bearer(token))).toEqual([status.UNAUTHENTICATED, 'unauthenticated']);
    });

    it('ends by revocation, by time, and with its owner', async () => {
      const ann = await personWithKey(cluster, 'ann', 'user');
      const short = await newKey(cluster, ann.id, { expiresAt: new Date(cluster.clock.now() + 60_000).toISOString() });
      const revoked = await newKey(cluster, ann.id);
      await cluster.must('DELETE', `/keys/${revoked.keyId}`);
      expect(await refused(bearer(revoked.secret))).toEqual([status.UNAUTHENTICATED, 'unauthenticated']);
      expect(await as(bearer(short.secret)).ask('listServices')).toEqual({ services: [] });
      cluster.clock.advance(60_000);
      expect(await refused(bearer(short.secret))).toEqual([status.UNAUTHENTICATED, 'unauthenticated']);
      await cluster.must('PATCH', `/users/${ann.id}`, { status: 'disabled' });
      expect(await refused(bearer(ann.secret))).toEqual([status.PERMISSION_DENIED, 'account-disabled']);
      await cluster.must('PATCH', `/users/${ann.id}`, { status: 'enabled' });
      expect(await as(bearer(ann.secret)).ask('listServices')).toEqual({ services: [] });
      await cluster.must('DELETE', `/users/${ann.id}`);
      expect(await refused(bearer(ann.secret))).toEqual([status.UNAUTHENTICATED, 'unauthenticated']);
    });

    it('is noted as used, at most every five minutes', async () => {
      const bob = await personWithKey(cluster, 'bob', 'user');
      const lastUsed = async () => ((await cluster.must('GET', `/keys?userId=${bob.id}`)) as { lastUsedAt: string | null }[])[0]?.lastUsedAt;
      const program = as(bearer(bob.secret));
      expect(await lastUsed()).toBeNull();
      await program.ask('listServices');
      const first = await lastUsed();
      expect(first).toEqual(expect.any(String));
      cluster.clock.advance(4 * 60_000);
      await program.ask('listServices');
      expect(await lastUsed()).toBe(first);
      cluster.clock.advance(2 * 60_000);
      await program.ask('listServices');
      expect(Date.parse((await lastUsed())!)).toBeGreaterThan(Date.parse(first!));
    });
  });

  describe('the listener', () => {
    const foreign = (name: string, size = 0) =>
      new Promise<ServiceError>((resolve, reject) => {
        const bytes = (value: Buffer) => value;
        const method = { path: name, requestStream: false, responseStream: false, requestSerialize: bytes, requestDeserialize: bytes, responseSerialize: bytes, responseDeserialize: bytes };
        const Client = makeGenericClientConstructor({ ask: method }, 'foreign');
        const client = new Client(cluster.enrolmentAddress, credentials.createSsl(Buffer.from(cluster.control.app.get(Authority).rootPem)));
        client.makeUnaryRequest(name, bytes, bytes, Buffer.alloc(size), bearer(person('admin').secret), { deadline: Date.now() + 5_000 }, (error) => {
          client.close();
          if (error) resolve(error);
          else reject(new Error(`${name} answered`));
        });
      });

    it('knows no other methods and describes itself to nobody', async () => {
      for (const name of ['/openstation.v1.Integration/DropEverything', '/openstation.v1.Dispatcher/Session', '/openstation.v1.GatewayLink/WatchRoutes', '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo']) {
        expect([name, (await foreign(name)).code]).toEqual([name, status.UNIMPLEMENTED]);
      }
    });

    it('takes no message beyond its limit', async () => {
      expect((await foreign('/openstation.v1.Integration/ListServices', 4 * 2 ** 20 + 1)).code).toBe(status.RESOURCE_EXHAUSTED);
    });
  });
});

/** A key of that public id whose checksum is right and whose secret is not. */
function forge(prefix: string): string {
  const made = newApiKey().text.split('_');
  const body = `${prefix}_${made[2]?.slice(0, 43) ?? ''}`;
  return body + checksum(body);
}

function checksum(body: string): string {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let rest = crc32(body);
  let text = '';
  for (let i = 0; i < 6; i++) {
    text = digits.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
