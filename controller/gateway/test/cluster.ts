import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, waitFor } from '@openstation/kit';
import { MemberFiles } from '@openstation/member';
import { KeyState, apiKeyDigest, newApiKey, type CallRecord, type KeyEntry, type Route, type RouteTable, type Target } from '@openstation/proto';
import OpenAI from 'openai';
import { gatewayConfigSchema } from '../src/config/index.js';
import { Gateway } from '../src/gateway.js';
import { FakeControl } from './fake-control.js';
import { TestAuthority } from './pki.js';

const PEPPER = Buffer.alloc(32, 7);

export function keyEntry(text: string, change: Partial<KeyEntry> = {}): KeyEntry {
  return { keyId: text.slice(5, 15), digest: apiKeyDigest(PEPPER, text), state: KeyState.ACTIVE, userId: 'u1', userName: 'ann', expiresAtMs: 0, models: [], ...change };
}

export function route(model: string, targets: Target[], startsOnCall = false): Route {
  return { model, serviceId: `s-${model}`, targets, createdAtMs: 1_700_000_000_000, startsOnCall };
}

export function table(version: number, routes: Route[], keys: KeyEntry[]): RouteTable {
  return { version, clusterId: 'c1', routes, keys, keyPepper: PEPPER };
}

/** A fake controller and a real gateway that has joined it. */
export class TestCluster {
  readonly key = newApiKey().text;
  gateway!: Gateway;
  url = '';
  port = 0;
  #version = 0;
  #since = 0;

  private constructor(
    readonly authority: TestAuthority,
    readonly control: FakeControl,
    readonly dataDir: string,
    private readonly settings: Record<string, unknown>,
  ) {}

  static async start(settings: Record<string, unknown> = {}, options: { lifeMs?: number; boot?: boolean } = {}): Promise<TestCluster> {
    const authority = await TestAuthority.create();
    const control = new FakeControl(authority);
    await control.start();
    const cluster = new TestCluster(authority, control, await mkdtemp(join(tmpdir(), 'gateway-')), settings);
    await cluster.#enrol(options.lifeMs);
    cluster.publish([]);
    if (options.boot !== false) await cluster.boot();
    return cluster;
  }

  async boot(): Promise<void> {
    const config = gatewayConfigSchema.parse({
      dataDir: this.dataDir,
      listen: { host: '127.0.0.1', port: this.port },
      control: { address: `127.0.0.1:${this.control.enrolmentPort}` },
      ...this.settings,
    });
    this.gateway = new Gateway(config, createLogger('gateway', process.env['TEST_LOG'] ?? 'silent'), 'test');
    const address = await this.gateway.start((error) => {
      throw error;
    });
    this.port = address.port;
    this.url = `http://127.0.0.1:${address.port}`;
    await this.ready();
  }

  /** Resolves when the gateway has a table. */
  async ready(): Promise<void> {
    await waitFor(async () => (await fetch(`${this.url}/readyz`)).ok, { what: 'gateway ready', timeoutMs: 5000, everyMs: 20 });
  }

  /** A new table with these routes; this cluster's key is in it unless others are given. */
  publish(routes: Route[], keys: KeyEntry[] = [keyEntry(this.key)]): void {
    this.#version += 1;
    this.control.push(table(this.#version, routes, keys));
  }

  /** Publishes and waits until the gateway lists exactly these models. */
  async serve(routes: Route[], keys: KeyEntry[] = [keyEntry(this.key)]): Promise<void> {
    this.publish([...routes, route(`marker-${this.#version}`, [])], keys);
    const marker = `marker-${this.#version - 1}`;
    await waitFor(async () => (await this.get(`/v1/models/${marker}`)).ok, { what: 'table in force', timeoutMs: 3000, everyMs: 5 });
  }

  client(options: { maxRetries?: number; key?: string } = {}): OpenAI {
    return new OpenAI({ apiKey: options.key ?? this.key, baseURL: `${this.url}/v1`, maxRetries: options.maxRetries ?? 0, logLevel: 'off' });
  }

  get(path: string): Promise<Response> {
    return fetch(`${this.url}${path}`, { headers: { authorization: `Bearer ${this.key}` } });
  }

  post(path: string, body: unknown, options: { headers?: Record<string, string>; signal?: AbortSignal } = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json', ...options.headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(options.signal && { signal: options.signal }),
    });
  }

  /** Records of calls that began earlier are not looked at any more. */
  forgetRecords(): void {
    this.#since = Date.now();
  }

  /** Waits until so many records arrived at the controller, and returns all of them in the order of their calls. */
  async records(count: number): Promise<CallRecord[]> {
    const found = () => [...this.control.records.values()].filter((record) => record.startedAtMs >= this.#since);
    await waitFor(() => found().length >= count, { what: `${count} call records`, timeoutMs: 5000, everyMs: 10 });
    return found().sort((a, b) => a.startedAtMs - b.startedAtMs);
  }

  async lastRecord(count: number): Promise<CallRecord> {
    const record = (await this.records(count)).at(-1);
    if (!record) throw new Error('no record');
    return record;
  }

  async stop(): Promise<void> {
    await this.gateway?.stop();
    this.control.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async #enrol(lifeMs?: number): Promise<void> {
    const own = await this.authority.issue('gateway/g1', lifeMs);
    await new MemberFiles(this.dataDir).save({
      memberId: 'g1',
      clusterId: 'c1',
      name: 'g1',
      sessionAddress: `127.0.0.1:${this.control.port}`,
      privateKeyPem: own.privateKeyPem,
      certificateChainPem: own.certificatePem,
      dataCertificateChainPem: '',
      authorityPem: this.authority.pem,
    });
  }
}
