import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { MemberFiles, waitFor } from '@openstation/kit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AgentProcess } from './agent-process.js';
import { FakeDispatcher } from './fake-dispatcher.js';

let dispatcher: FakeDispatcher;
let agent: AgentProcess;

beforeEach(async () => {
  dispatcher = await FakeDispatcher.start();
  agent = await AgentProcess.create(dispatcher);
});

afterEach(async () => {
  dispatcher.stop();
  await agent.destroy();
});

it('renews key and certificates as one, and the data port uses the new ones', async () => {
  dispatcher.certificateLifeMs = 10_000; // backdated by a minute: due at once
  await agent.start();
  const files = new MemberFiles(agent.directory);
  const first = await files.load();
  dispatcher.certificateLifeMs = 3_600_000;
  const second = await waitFor(async () => { const member = await files.load(); return member?.privateKeyPem !== first?.privateKeyPem && member; }, { what: 'renewal', timeoutMs: 15_000 });
  expect(second.memberId).toBe(first?.memberId);
  const served = new X509Certificate(second.dataCertificateChainPem).validToDate.getTime();
  expect(served).toBeGreaterThan(Date.now() + 3_000_000);
  const gateway = await dispatcher.authority.issue({ role: 'gateway', id: 'g' }, 'client');
  expect((await agent.call(gateway, 'none', '/v1/completions', {})).status).toBe(404);
});

it('joins once: the second start needs no token', async () => {
  await agent.start();
  await agent.end('SIGTERM');
  await writeFile(join(agent.directory, 'join-token'), 'used up');
  await agent.start();
  await waitFor(() => dispatcher.session, { what: 'session', timeoutMs: 10_000 });
});

it('ends with exit code 78 and a sentence when the token is refused, missing or the policy broken', async () => {
  const program = join(import.meta.dirname, '../dist/agent.cjs');
  const start = (token: string) => spawnSync(process.execPath, [program], {
    env: { OPENSTATION_AGENT_DATA_DIR: agent.directory, OPENSTATION_CONTROL_ADDRESS: `127.0.0.1:${dispatcher.enrolmentPort}`, OPENSTATION_JOIN_TOKEN_FILE: token, OPENSTATION_AGENT_DATA_PORT: '0' },
    timeout: 15_000, encoding: 'utf8',
  });
  const missing = start('/nowhere/token');
  expect([missing.status, missing.stderr]).toEqual([78, expect.stringContaining('joinTokenFile')]);
  await writeFile(join(agent.directory, 'policy.json'), '{"version": 1, "engines": {}, "portRange": [5, 4]}');
  const broken = start(join(agent.directory, 'join-token'));
  expect([broken.status, broken.stderr]).toEqual([78, expect.stringContaining('portRange')]);
  expect(await readFile(join(agent.directory, 'policy.json'), 'utf8')).toContain('[5, 4]');
});
