import { waitFor } from '@openstation/kit';
import { MemberFiles } from '@openstation/member';
import { CallOutcome, KeyState } from '@openstation/proto';
import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMPLETION, chunk, json, sse } from './answers.js';
import { TestCluster, keyEntry, route } from './cluster.js';
import { FakeNode } from './fake-node.js';

let cluster: TestCluster;
let node: FakeNode;

async function boot(settings: Record<string, unknown> = {}, options: { lifeMs?: number } = {}): Promise<void> {
  cluster = await TestCluster.start(settings, options);
  node = new FakeNode(cluster.authority, 'n1');
  await node.start();
  node.behave = (_seen, response) => json(response, 200, COMPLETION);
  await cluster.serve([route('m', [node.target])]);
}

afterEach(async () => {
  await cluster.stop();
  await node.stop();
});

const chat = () => cluster.post('/v1/chat/completions', { model: 'm' });
const saved = () => stat(join(cluster.dataDir, 'route-table.bin')).catch(() => undefined);

describe('a new table', () => {
  beforeEach(() => boot());

  it('revokes a key within a second, and breaks its running stream', async () => {
    node.behave = (_seen, response) => void sse(response).write(chunk({ content: 'a' }));
    const stream = await cluster.post('/v1/chat/completions', { model: 'm', stream: true });
    const text = readAll(stream);
    node.behave = (_seen, response) => json(response, 200, COMPLETION);
    expect((await chat()).status).toBe(200);
    const start = performance.now();
    cluster.publish([route('m', [node.target])], []);
    await waitFor(async () => (await chat()).status === 401, { what: 'refusal', timeoutMs: 1000, everyMs: 5 });
    expect(performance.now() - start).toBeLessThan(1000);
    expect(await text).toContain('revoked');
  });

  it('disables a key', async () => {
    cluster.publish([route('m', [node.target])], [keyEntry(cluster.key, { state: KeyState.DISABLED })]);
    await waitFor(async () => (await chat()).status === 403, { what: 'refusal', timeoutMs: 1000, everyMs: 5 });
  });

  it('is on disk, readable for the owner only', async () => {
    const file = await waitFor(saved, { what: 'saved table', timeoutMs: 2000 });
    expect(file.mode & 0o777).toBe(0o600);
  });
});

describe('without the controller', () => {
  beforeEach(() => boot());

  it('the gateway serves on, starts again from the saved table, and loses no record', async () => {
    expect((await chat()).status).toBe(200);
    await cluster.records(1);
    await cluster.gateway.stop();
    cluster.control.stop();
    await cluster.boot();
    expect((await chat()).status).toBe(200);
    expect((await chat()).status).toBe(200);
    await waitFor(async () => (await spool()).length === 2, { what: 'spooled records', timeoutMs: 3000 });
    await cluster.gateway.stop();
    await cluster.boot();
    expect((await chat()).status).toBe(200);
    await cluster.control.start();
    const records = await cluster.records(4);
    expect(records).toHaveLength(4);
    expect(records.every((record) => record.outcome === CallOutcome.OK)).toBe(true);
    await waitFor(async () => (await spool()).length === 0, { what: 'empty spool', timeoutMs: 3000 });
  });

  it('reconnects and takes the newest table after it was away', async () => {
    cluster.control.stop();
    expect((await chat()).status).toBe(200);
    cluster.publish([route('fresh', [node.target])]);
    await cluster.control.start();
    await waitFor(async () => (await cluster.get('/v1/models/fresh')).ok, { what: 'new table', timeoutMs: 8000 });
  });

  it('finds it again when its members\' port is another one, and remembers', async () => {
    cluster.control.stop();
    cluster.publish([route('fresh', [node.target])]);
    await cluster.control.startElsewhere();
    await waitFor(async () => (await cluster.get('/v1/models/fresh')).ok, { what: 'new table', timeoutMs: 8000 });
    expect((await new MemberFiles(cluster.dataDir).load())?.sessionAddress).toBe(`127.0.0.1:${cluster.control.port}`);
  });

  it('an unacknowledged batch is sent again', async () => {
    cluster.control.acknowledges = false;
    await chat();
    await waitFor(async () => (await spool()).length === 1, { what: 'spooled record', timeoutMs: 3000 });
    expect(cluster.control.records.size).toBe(0);
    cluster.control.acknowledges = true;
    expect(await cluster.records(1)).toHaveLength(1);
  });
});

describe('the certificate', () => {
  it('is renewed in the second half of its life, saved, and used on both sides', async () => {
    await boot({}, { lifeMs: 3000 });
    await waitFor(() => cluster.control.renewals > 0, { what: 'renewal', timeoutMs: 6000 });
    const record = await waitFor(
      async () => {
        const now = await new MemberFiles(cluster.dataDir).load();
        return now && new X509Certificate(now.certificateChainPem).validToDate.getTime() > Date.now() + 60_000 ? now : undefined;
      },
      { what: 'saved certificate', timeoutMs: 3000 },
    );
    expect(record.privateKeyPem).toContain('PRIVATE KEY');
    await new Promise((resolve) => setTimeout(resolve, 3000)); // The first certificate has certainly run out now.
    expect((await chat()).status).toBe(200);
    expect((await cluster.records(1)).length).toBeGreaterThan(0);
  });
});

describe('draining', () => {
  it('finishes what runs, tells the rest in-band, and ends', async () => {
    await boot({ timeouts: { drainSeconds: 0.5 } });
    let finish: () => void = () => undefined;
    node.behave = (seen, response) => {
      sse(response).write(chunk({ content: 'a' }));
      if (seen.body.includes('short')) finish = () => void response.end(chunk({}, 'stop'));
    };
    const short = readAll(await cluster.post('/v1/chat/completions', { model: 'm', stream: true, short: true }));
    const long = readAll(await cluster.post('/v1/chat/completions', { model: 'm', stream: true }));
    const start = performance.now();
    const stopped = cluster.gateway.stop();
    finish();
    expect(await short).toContain('"finish_reason":"stop"');
    expect(await long).toContain('shutting down');
    await stopped;
    expect(performance.now() - start).toBeLessThan(2000);
    expect((await cluster.records(2)).map((record) => record.errorCode).sort()).toEqual(['', 'shutting_down']);
  });
});

async function spool(): Promise<string[]> {
  const text = await readFile(join(cluster.dataDir, 'unsent-calls.jsonl'), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

/** What arrived, whether or not the transfer was whole. */
async function readAll(answer: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const part of answer.body ?? []) text += decoder.decode(part as Uint8Array);
  } catch {
    text += '[broken]';
  }
  return text;
}
