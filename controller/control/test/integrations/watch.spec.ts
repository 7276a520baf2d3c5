import { status } from '@grpc/grpc-js';
import { Service_State } from '@openstation/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClusterUnderTest } from '../cluster/fixtures/cluster-under-test.js';
import { FakeAgent } from '../cluster/fixtures/fake-agent.js';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';
import { IntegrationUnderTest, bearer, codeOf, newKey, personWithKey, type Person, type WatchUnderTest } from './fixtures/integration-client.js';
import { importModel } from './fixtures/library.js';

describeOnEveryDatabase('services watched by the integration API', (makeDatabase) => {
  let database: TestDatabase;
  let cluster: ClusterUnderTest;
  let agent: FakeAgent;
  let modelId: string;
  let ann: Person;
  const programs: IntegrationUnderTest[] = [];

  beforeEach(async () => {
    database = await makeDatabase();
    cluster = await ClusterUnderTest.start(database);
    modelId = await importModel(cluster);
    agent = await FakeAgent.joined(cluster);
    ann = await personWithKey(cluster, 'ann', 'user');
  });
  afterEach(async () => {
    for (const program of programs.splice(0)) program.close();
    agent.close();
    await cluster.stop();
    await database.drop();
  });

  const watch = async (secret = ann.secret): Promise<WatchUnderTest> => {
    const program = new IntegrationUnderTest(cluster, bearer(secret));
    programs.push(program);
    return program.watch().started();
  };
  const create = async (name: string) => ((await cluster.must('POST', '/services', { name, modelId })) as { id: string }).id;

  it('come as a list and then as they change, until they are gone', async () => {
    const first = await create('first');
    const seen = await watch();
    expect(seen.events.map(({ $case }) => $case)).toEqual(['all']);
    expect([...seen.services.values()].map(({ name }) => name)).toEqual(['first']);
    const second = await create('second');
    await seen.until('the second', () => seen.services.get(second)?.name === 'second');
    const assignment = await agent.assignment(({ intent }) => intent?.serviceId === first);
    await agent.report(assignment, 6);
    await seen.until('the first to be ready', () => seen.services.get(first)?.state === Service_State.READY);
    await cluster.must('DELETE', `/services/${first}`);
    await seen.until('the first to stop', () => seen.services.get(first)?.state === Service_State.DELETING);
    await agent.report(await agent.assignment(({ instanceId, generation }) => instanceId === assignment.instanceId && generation === 2), 7);
    await seen.until('the first to be gone', () => !seen.services.has(first));
    expect(seen.events.filter(({ $case }) => $case === 'all')).toHaveLength(1);
    expect(seen.events.filter((event) => event.$case === 'removed')).toEqual([{ $case: 'removed', value: first }]);
    const late = await watch();
    expect([...late.services.values()]).toEqual([...seen.services.values()]);
  });

  it('bring a reader that paused to the newest state', async () => {
    const seen = await watch();
    seen.stream.pause();
    const names = ['a', 'b', 'c'];
    for (const name of names) await create(name);
    seen.stream.resume();
    await seen.until('all three', () => names.every((name) => [...seen.services.values()].some((service) => service.name === name)));
  });

  describe('end within two seconds', () => {
    const ended = async (seen: WatchUnderTest) => {
      const start = performance.now();
      await seen.until('the end', () => seen.error !== undefined);
      expect(performance.now() - start).toBeLessThan(2_000);
      return [seen.error?.code, seen.error && codeOf(seen.error)];
    };

    it('when the key is revoked; other keys go on', async () => {
      const other = await newKey(cluster, ann.id);
      const [seen, going] = [await watch(), await watch(other.secret)];
      await cluster.must('DELETE', `/keys/${ann.keyId}`);
      expect(await ended(seen)).toEqual([status.UNAUTHENTICATED, 'unauthenticated']);
      const id = await create('chat');
      await going.until('the service', () => going.services.has(id));
      expect([going.error, seen.services.size]).toEqual([undefined, 0]);
    });

    it('when the owner is disabled', async () => {
      const seen = await watch();
      await cluster.must('PATCH', `/users/${ann.id}`, { status: 'disabled' });
      expect(await ended(seen)).toEqual([status.PERMISSION_DENIED, 'account-disabled']);
    });

    it('when the owner is deleted', async () => {
      const seen = await watch();
      await cluster.must('DELETE', `/users/${ann.id}`);
      expect(await ended(seen)).toEqual([status.UNAUTHENTICATED, 'unauthenticated']);
    });

    it('when the key expires, which no event tells', async () => {
      const short = await newKey(cluster, ann.id, { expiresAt: new Date(cluster.clock.now() + 60_000).toISOString() });
      const seen = await watch(short.secret);
      cluster.clock.advance(60_000);
      expect(await ended(seen)).toEqual([status.UNAUTHENTICATED, 'unauthenticated']);
    });
  });

  it('tell their readers when the controller stops', async () => {
    const seen = await watch();
    await cluster.stop();
    expect([seen.error?.code, seen.error && codeOf(seen.error)]).toEqual([status.UNAVAILABLE, 'unavailable']);
    cluster = await ClusterUnderTest.start(database);
  });

  it('have room for twenty readers of one key', async () => {
    const seen = [];
    for (let n = 0; n < 20; n++) seen.push(await watch());
    expect(seen.every(({ error }) => error === undefined)).toBe(true);
    const surplus = await watch();
    expect([surplus.error?.code, surplus.error && codeOf(surplus.error)]).toEqual([status.RESOURCE_EXHAUSTED, 'too-many']);
    seen[0]?.stream.cancel();
    await expect.poll(async () => (await watch()).error).toBeUndefined();
  });
});
