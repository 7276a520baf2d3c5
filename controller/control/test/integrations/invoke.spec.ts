import type { ServiceError } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import { waitFor } from '@openstation/kit';
import type { Event } from '@openstation/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routesByTag } from '../../src/http/all-routes.js';
import type { Route } from '../../src/http/route.js';
import { can, roles, type Role } from '../../src/users/permissions.js';
import { ClusterUnderTest } from '../cluster/fixtures/cluster-under-test.js';
import { FakeAgent } from '../cluster/fixtures/fake-agent.js';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';
import { IntegrationUnderTest, bearer, codeOf, personWithKey, type Person } from './fixtures/integration-client.js';

const operations = Object.values(routesByTag).flatMap((table) => Object.entries<Route>(table)).filter(([, route]) => route.pending !== true);
const open = operations.filter(([, { stream, can: need }]) => !stream && need !== 'public' && need !== 'self');

describeOnEveryDatabase('any operation over gRPC', (makeDatabase) => {
  let database: TestDatabase;
  let cluster: ClusterUnderTest;
  const people = new Map<Role, Person>();
  const clients = new Map<Role, IntegrationUnderTest>();

  beforeAll(async () => {
    database = await makeDatabase();
    cluster = await ClusterUnderTest.start(database);
    for (const role of roles) {
      people.set(role, await personWithKey(cluster, `the-${role}`, role));
      clients.set(role, new IntegrationUnderTest(cluster, bearer(people.get(role)!.secret)));
    }
  });
  afterAll(async () => {
    for (const client of clients.values()) client.close();
    await cluster.stop();
    await database.drop();
  });

  const invoke = (role: Role, operation: string, parameters: Record<string, string> = {}, body?: unknown) =>
    clients.get(role)!.ask('invoke', { operation, parameters, bodyJson: body === undefined ? '' : JSON.stringify(body) }) as Promise<{ resultJson: string } & ServiceError>;

  describe.each(roles)('as %s', (role) => {
    it.each(open)('%s has the rights of its route', async (operation, route) => {
      const parameters = Object.fromEntries([...route.path.matchAll(/:(\w+)/g)].map(([, name]) => [name!, 'nobody']));
      const answer = await invoke(role, operation, parameters, route.body ? { nonsense: true } : undefined);
      const mayAsk = route.can === 'signed-in' || can(role, route.can as never);
      expect([answer.code === status.PERMISSION_DENIED && codeOf(answer) === 'forbidden', answer.code === status.INTERNAL]).toEqual([!mayAsk, false]);
    });
  });

  it('does what the route does, with its checks and words', async () => {
    const { resultJson } = await invoke('admin', 'createJoinToken', {}, { kind: 'agent', nodeName: 'far' });
    expect(JSON.parse(resultJson)).toMatchObject({ token: expect.stringMatching(/^osj1_/) as string });
    const wrong = await invoke('admin', 'createJoinToken', {}, { kind: 'toaster' });
    expect([wrong.code, codeOf(wrong)]).toEqual([status.INVALID_ARGUMENT, 'bad-request']);
    const unknown = await invoke('admin', 'getNode', { id: 'nobody' });
    expect([unknown.code, unknown.details]).toEqual([status.NOT_FOUND, 'no node has this id']);
    const audit = JSON.parse((await invoke('admin', 'listAudit', { limit: '20' })).resultJson) as { items: { verb: string }[] };
    expect(audit.items.some(({ verb }) => verb === 'join-token.create')).toBe(true);
  });

  it.each([
    ['an operation that is none', 'explode', {}, undefined, status.NOT_FOUND],
    ['a property every object has', 'constructor', {}, undefined, status.NOT_FOUND],
    ['signing in', 'signIn', {}, { username: 'a', password: 'b' }, status.NOT_FOUND],
    ['a stream', 'events', {}, undefined, status.NOT_FOUND],
    ['a missing path parameter', 'getNode', {}, undefined, status.INVALID_ARGUMENT],
    ['a parameter nobody knows', 'listNodes', { colour: 'red' }, undefined, status.INVALID_ARGUMENT],
    ['a body where none belongs', 'listNodes', {}, {}, status.INVALID_ARGUMENT],
  ])('refuses %s', async (_, operation, parameters, body, code) => {
    expect((await invoke('admin', operation, parameters as Record<string, string>, body)).code).toBe(code);
  });

  it('tells the whole contract', async () => {
    const { openapiJson } = (await clients.get('user')!.ask('describeApi')) as { openapiJson: string };
    expect(Object.keys((JSON.parse(openapiJson) as { paths: object }).paths)).toContain('/nodes');
  });

  it('shows changes of what the role may read, and of nothing else', async () => {
    const watch = (role: Role, topics: string[] = []) => {
      const seen: Event[] = [];
      const stream = clients.get(role)!.client.watchEvents({ topics }, bearer(people.get(role)!.secret));
      stream.on('data', (event: Event) => seen.push(event));
      stream.on('error', () => undefined);
      return { seen, stream };
    };
    const [operator, user] = [watch('operator', ['nodes']), watch('user')];
    await waitFor(() => operator.seen.length > 0 && user.seen.length > 0, { what: 'both greetings', timeoutMs: 5_000 });
    const agent = await FakeAgent.joined(cluster, {}, 'shown');
    const changed = await waitFor(() => operator.seen.find(({ topic, valueJson }) => topic === 'nodes' && valueJson.includes('"shown"')), { what: 'the node', timeoutMs: 5_000 });
    expect(JSON.parse(changed.valueJson)).toMatchObject({ id: agent.member.memberId, name: 'shown' });
    expect(user.seen.filter(({ topic }) => topic === 'nodes')).toEqual([]);
    for (const { stream } of [operator, user]) stream.cancel();
    agent.close();
  });

  it('refuses a topic that is none', async () => {
    const stream = clients.get('admin')!.client.watchEvents({ topics: ['weather'] }, bearer(people.get('admin')!.secret));
    const error = await new Promise<ServiceError>((resolve) => stream.on('data', () => undefined).on('error', resolve));
    expect([error.code, codeOf(error)]).toEqual([status.INVALID_ARGUMENT, 'bad-request']);
  });
});
