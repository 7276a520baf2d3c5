import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { waitFor } from '@openstation/kit';
import { MemberFiles } from '@openstation/member';
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
  dispatcher.joinCertificateLifeMs = 10_000; // backdated by a minute: due at once
  await agent.start();
  const files = new MemberFiles(agent.directory);
  const lives = (pem: string) => new X509Certificate(pem).validToDate.getTime() - Date.now();
  const renewed = await waitFor(async () => { const member = await files.load(); return member && lives(member.certificateChainPem) > 3_000_000 && member; }, { what: 'renewal', timeoutMs: 20_000 });
  expect(renewed.memberId).toBe('n-1');
  expect(lives(renewed.dataCertificateChainPem)).toBeGreaterThan(3_000_000);
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
