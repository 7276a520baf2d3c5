import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { createLogger } from '@openstation/kit';
import { Controller, Get, Module } from '@nestjs/common';
import { Agent, request } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadControlConfig } from '../src/config/index.js';
import { startControl } from '../src/start-control.js';
import { ControlUnderTest } from './fixtures/control.js';
import { describeOnEveryDatabase, type TestDatabase } from './fixtures/databases.js';

describeOnEveryDatabase('starting', (makeDatabase) => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await makeDatabase();
  });
  afterEach(() => database.drop());

  it('a second time keeps the certificate, the cluster, the people and their sessions', async () => {
    const first = await ControlUnderTest.start(database);
    const cookie = await first.settleAdmin();
    const before = (await first.ask('GET', '/system', { cookie })).body as Record<string, unknown>;
    const token = await first.localAdminToken();
    await first.stop();
    const second = await ControlUnderTest.start(database);
    const after = (await second.ask('GET', '/system', { cookie })).body as Record<string, unknown>;
    expect([after['clusterId'], after['certificateFingerprint']]).toEqual([before['clusterId'], before['certificateFingerprint']]);
    expect(await second.localAdminToken()).not.toBe(token);
    expect((await second.ask('GET', '/me', { bearer: token })).status).toBe(401);
    expect((await stat(join(database.dataDir, 'local-admin.token'))).mode & 0o777).toBe(0o600);
    await second.stop();
  });

  it('writes the first password again when it was killed before the administrator was saved, and never later', async () => {
    await writeFile(join(database.dataDir, 'initial-admin-password'), 'of a start that was killed\n');
    const first = await ControlUnderTest.start(database);
    expect((await first.ask('POST', '/session', { body: { username: 'admin', password: await first.initialPassword() } })).status).toBe(200);
    await first.stop();
    await rm(join(database.dataDir, 'initial-admin-password'));
    const second = await ControlUnderTest.start(database);
    await expect(second.initialPassword()).rejects.toThrow('ENOENT');
    await second.stop();
  });

  it('is refused when a handler has no permission, and leaves nothing open', async () => {
    class Forgotten {
      list(): string[] {
        return [];
      }
    }
    Controller()(Forgotten);
    Get('/api/v1/forgotten')(Forgotten.prototype, 'list', Object.getOwnPropertyDescriptor(Forgotten.prototype, 'list') ?? {});
    const { fakeCluster } = await import('./fixtures/fake-cluster.js');
    class Careless {
      readonly fake = true;
    }
    Module({ imports: [fakeCluster().module], controllers: [Forgotten] })(Careless);
    const config = loadControlConfig(undefined, { OPENSTATION_DATA_DIR: database.dataDir, OPENSTATION_DATABASE_URL: database.databaseUrl, OPENSTATION_CONSOLE_PORT: '0', OPENSTATION_AGENTS_PORT: '0', OPENSTATION_GRPC_PORT: '0' });
    await expect(startControl({ config, logger: createLogger('test', 'silent'), cluster: Careless })).rejects.toThrow('Forgotten.list handles GET /api/v1/forgotten without @Endpoint');
  });
});

describeOnEveryDatabase('the console\'s port', (makeDatabase) => {
  let database: TestDatabase;
  let control: ControlUnderTest;
  const agent = new Agent({ connect: { rejectUnauthorized: false } });
  const get = async (path: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'POST' = 'GET') => {
    const { statusCode, headers: answered, body } = await request(control.origin + path, { dispatcher: agent, method, headers });
    return { status: statusCode, headers: answered, body: Buffer.from(await body.arrayBuffer()) };
  };

  beforeAll(async () => {
    database = await makeDatabase();
    const webRoot = join(database.dataDir, 'web');
    await mkdir(join(webRoot, 'assets'), { recursive: true });
    await writeFile(join(webRoot, 'index.html'), '<!doctype html><title>console</title>');
    await writeFile(join(webRoot, 'main-ABCD1234.js'), `console.log(${JSON.stringify('x'.repeat(5000))});`);
    await writeFile(join(webRoot, 'assets', 'logo.svg'), '<svg/>');
    await writeFile(join(database.dataDir, 'outside.html'), 'secret');
    control = await ControlUnderTest.start(database, undefined, { OPENSTATION_WEB_ROOT: webRoot });
  });
  afterAll(async () => {
    await agent.close();
    await control.stop();
    await database.drop();
  });

  it('gives every page of the app the index, which is asked for each time', async () => {
    for (const path of ['/', '/nodes', '/services/1/log', '/index.html', '/nodes?x=1']) {
      const { status, headers, body } = await get(path);
      expect([path, status, headers['cache-control'], body.toString()]).toEqual([path, 200, 'no-cache', '<!doctype html><title>console</title>']);
    }
    const { headers } = await get('/');
    expect((await get('/', { 'if-none-match': String(headers['etag']) })).status).toBe(304);
  });

  it('lets browsers keep hashed files, compressed', async () => {
    const { headers, body } = await get('/main-ABCD1234.js', { 'accept-encoding': 'gzip, br' });
    expect([headers['cache-control'], headers['content-encoding'], headers['vary']]).toEqual(['public, max-age=31536000, immutable', 'gzip', 'accept-encoding']);
    expect(gunzipSync(body).toString()).toContain('console.log');
    expect((await get('/main-ABCD1234.js')).headers['content-encoding']).toBeUndefined();
    expect((await get('/main-ABCD1234.js', {}, 'HEAD')).body).toHaveLength(0);
  });

  it('serves nothing else', async () => {
    for (const path of ['/missing.js', '/../outside.html', '/..%2foutside.html', '/%2e%2e/outside.html', '/assets/../../outside.html', '//etc/passwd.txt', '/main-ABCD1234.js/x.js']) {
      expect([path, (await get(path)).status]).toEqual([path, 404]);
    }
    expect((await get('/', {}, 'POST')).status).toBe(405);
  });

  it('hardens every answer', async () => {
    for (const path of ['/', '/api/v1/health', '/api/v1/users', '/missing.js']) {
      const { headers } = await get(path);
      expect(headers['content-security-policy']).toMatch(/default-src 'self'.*object-src 'none'.*frame-ancestors 'none'/);
      expect([headers['x-content-type-options'], headers['strict-transport-security']]).toEqual(['nosniff', 'max-age=31536000']);
    }
    expect((await get('/api/v1/health')).headers['cache-control']).toBe('no-store');
  });

  it('describes the API', async () => {
    const document = JSON.parse((await get('/api/v1/openapi.json')).body.toString()) as { openapi: string; paths: object };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toContain('/users/{id}');
  });

  it('speaks TLS 1.2 at least', async () => {
    await expect(
      new Promise((resolve, reject) => connect({ host: '127.0.0.1', port: control.control.consolePort, rejectUnauthorized: false, maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL@SECLEVEL=0' }, () => resolve('open')).on('error', reject)),
    ).rejects.toThrow();
  });

  describe('without a built console', () => {
    it('says so in a friendly page', async () => {
      const bare = await makeDatabase();
      const other = await ControlUnderTest.start(bare);
      const { body } = await request(`${other.origin}/`, { dispatcher: agent });
      expect(await body.text()).toContain('OpenStation is running');
      await other.stop();
      await bare.drop();
    });
  });
});
