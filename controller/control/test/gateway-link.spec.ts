import { waitFor } from '@openstation/kit';
import { controllerCredentials, newSigningRequest } from '@openstation/member';
import { GatewayLinkClient, KeyState, apiKeyDigest, sameDigest, type RouteTable } from '@openstation/proto';
import type { ClientReadableStream } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ChangeFeed } from '../src/events/index.js';
import { AgentListener } from '../src/listeners/index.js';
import { Authority } from '../src/pki/index.js';
import { ControlUnderTest } from './fixtures/control.js';
import { describeOnEveryDatabase, type TestDatabase } from './fixtures/databases.js';

/** A gateway's side of the link, over a real socket with a real certificate. */
class GatewayUnderTest {
  readonly tables: RouteTable[] = [];
  readonly errors: { code: number; details: string }[] = [];
  readonly #stream: ClientReadableStream<RouteTable>;

  private constructor(readonly client: GatewayLinkClient) {
    this.#stream = client.watchRoutes({ gatewayVersion: 'test', haveVersion: 0 });
    this.#stream.on('data', (table: RouteTable) => this.tables.push(table));
    this.#stream.on('error', (error: Error & { code: number; details: string }) => this.errors.push(error));
  }

  static async connect(control: ControlUnderTest, role: 'gateway' | 'agent', id: string): Promise<GatewayUnderTest> {
    const authority = control.control.app.get(Authority);
    const { der, privateKeyPem } = await newSigningRequest();
    const { clientChainPem } = await authority.signMember(der, { role, id }, { addresses: [] });
    const port = control.control.app.get(AgentListener, { strict: false }).port;
    return new GatewayUnderTest(new GatewayLinkClient(`127.0.0.1:${port}`, controllerCredentials(authority.rootPem, privateKeyPem, clientChainPem)));
  }

  async until(what: string, holds: (table: RouteTable) => boolean): Promise<RouteTable> {
    return waitFor(() => this.tables.findLast(holds), { what, timeoutMs: 5000, everyMs: 5 });
  }

  close(): void {
    this.#stream.cancel();
    this.client.close();
  }
}

describeOnEveryDatabase('the link to gateways', (makeDatabase) => {
  let database: TestDatabase;
  let control: ControlUnderTest;
  let gateway: GatewayUnderTest;
  let bearer: string;

  beforeAll(async () => {
    database = await makeDatabase();
    control = await ControlUnderTest.start(database);
    bearer = await control.localAdminToken();
    gateway = await GatewayUnderTest.connect(control, 'gateway', 'gateway-1');
  });
  afterAll(async () => {
    gateway.close();
    await control.stop();
    await database.drop();
  });

  const newKey = async (userId: string) => (await control.ask('POST', '/keys', { bearer, body: { userId, label: 'k' } })).body as { key: { id: string }; secret: string };
  const stateOf = (table: RouteTable | undefined, keyId: string) => table?.keys.find((key) => key.keyId === keyId)?.state;

  it('gives the whole table at once, with the pepper, and lists the gateway', async () => {
    const table = await gateway.until('the first table', () => true);
    expect(table).toMatchObject({ clusterId: control.control.app.get(Authority).clusterId, routes: [] });
    expect(table.keyPepper).toHaveLength(32);
    expect((await control.ask('GET', '/system', { bearer })).body).toMatchObject({ gateways: [{ id: 'gateway-1', connected: true }], gatewayUrl: 'http://127.0.0.1:8080/v1' });
  });

  it('pushes a new key, whose digest the gateway can compute, and takes it back within a second', async () => {
    const { id } = await control.person('kim', 'user');
    const { key, secret } = await newKey(id);
    const table = await gateway.until('the key', (seen) => stateOf(seen, key.id) === KeyState.ACTIVE);
    const entry = table.keys.find(({ keyId }) => keyId === key.id);
    expect(sameDigest(entry?.digest ?? Buffer.alloc(0), apiKeyDigest(table.keyPepper, secret))).toBe(true);
    expect(entry).toMatchObject({ userId: id, userName: 'kim', expiresAtMs: 0 });
    const revokedAt = performance.now();
    await control.ask('DELETE', `/keys/${key.id}`, { bearer });
    await gateway.until('the revocation', (seen) => seen === gateway.tables.at(-1) && stateOf(seen, key.id) === undefined);
    expect(performance.now() - revokedAt).toBeLessThan(1000);
  });

  it('tells disabled owners from unknown keys, and forgets deleted ones', async () => {
    const { id } = await control.person('lou', 'user');
    const { key } = await newKey(id);
    await gateway.until('the key', (table) => stateOf(table, key.id) === KeyState.ACTIVE);
    await control.ask('PATCH', `/users/${id}`, { bearer, body: { status: 'disabled' } });
    await gateway.until('disabled', (table) => table === gateway.tables.at(-1) && stateOf(table, key.id) === KeyState.DISABLED);
    await control.ask('PATCH', `/users/${id}`, { bearer, body: { status: 'enabled' } });
    await gateway.until('enabled', (table) => table === gateway.tables.at(-1) && stateOf(table, key.id) === KeyState.ACTIVE);
    await control.ask('DELETE', `/users/${id}`, { bearer });
    await gateway.until('gone', (table) => table === gateway.tables.at(-1) && stateOf(table, key.id) === undefined);
  });

  it('pushes routes when they change, not at the next round, with growing versions, and nothing when nothing changed', async () => {
    const feed = control.control.app.get(ChangeFeed);
    control.routes.current = [{ serviceId: 's1', serviceName: 'tiny', createdAt: 5, startsOnCall: false, targets: [{ instanceId: 'i1', nodeId: 'n1', nodeName: 'one', address: '10.0.0.1', port: 30210, engineModel: 'tiny' }] }];
    const changedAt = performance.now();
    feed.publish({ topic: 'services', id: 's1', kind: 'changed' });
    const table = await gateway.until('the route', ({ routes }) => routes.length === 1);
    expect(performance.now() - changedAt).toBeLessThan(1000);
    expect(table.routes[0]).toEqual({ model: 'tiny', serviceId: 's1', createdAtMs: 5, startsOnCall: false, targets: [{ instanceId: 'i1', nodeId: 'n1', nodeName: 'one', address: '10.0.0.1', port: 30210, engineModel: 'tiny' }] });
    const versions = gateway.tables.map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    const count = gateway.tables.length;
    feed.publish({ topic: 'routes', id: 'nothing', kind: 'changed' });
    control.routes.current = [{ serviceId: 's1', serviceName: 'tiny', createdAt: 5, startsOnCall: true, targets: [] }];
    feed.publish({ topic: 'routes', id: 'something', kind: 'changed' });
    await gateway.until('no target', ({ routes }) => routes[0]?.targets.length === 0);
    expect(gateway.tables.length).toBe(count + 1);
  });

  it('takes calls and renews the certificate of the caller only', async () => {
    await new Promise<void>((resolve, reject) => {
      gateway.client.reportCalls({ dropped: 0, calls: [{ callId: 'c1', startedAtMs: Date.now(), userId: '', keyId: '', model: 'tiny', serviceId: 's1', instanceId: '', path: '/v1/chat/completions', stream: false, status: 401, outcome: 6, durationMs: 1, tokensEstimated: false, retries: 0, errorCode: 'unknown-key' }] }, (error) => (error ? reject(error) : resolve()));
    });
    expect((await control.ask('GET', '/calls', { bearer })).body.items).toMatchObject([{ id: 'c1', outcome: 'rejected', status: 401 }]);
    const { der } = await newSigningRequest();
    const renewed = await new Promise<string>((resolve, reject) => gateway.client.renewGatewayCertificate({ csrDer: der }, (error, reply) => (error ? reject(error) : resolve(reply.certificateChainPem))));
    expect(renewed).toContain('BEGIN CERTIFICATE');
    const code = await new Promise((resolve) => gateway.client.renewGatewayCertificate({ csrDer: Buffer.from('nonsense') }, (error) => resolve(error?.code)));
    expect(code).toBe(3);
  });

  it('refuses agents', async () => {
    const agent = await GatewayUnderTest.connect(control, 'agent', 'node-1');
    const error = await waitFor(() => agent.errors[0], { what: 'the refusal', timeoutMs: 5000 });
    expect([error.code, agent.tables]).toEqual([7, []]);
    agent.close();
  });

  it('lets a gateway go and come back with a current table', async () => {
    gateway.close();
    await waitFor(async () => ((await control.ask('GET', '/system', { bearer })).body as { gateways: { connected: boolean }[] }).gateways.every(({ connected }) => !connected), { what: 'gone', timeoutMs: 5000 });
    gateway = await GatewayUnderTest.connect(control, 'gateway', 'gateway-1');
    const table = await gateway.until('the table', () => true);
    expect(table.routes).toHaveLength(1);
  });
});
