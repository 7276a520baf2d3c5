import { waitFor } from '@openstation/kit';
import { InstanceState } from '@openstation/proto';
import { execFile, spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Authority } from '../../src/pki/index.js';
import { ClusterUnderTest } from '../cluster/fixtures/cluster-under-test.js';
import { FakeAgent } from '../cluster/fixtures/fake-agent.js';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';
import { personWithKey } from './fixtures/integration-client.js';
import { importModel } from './fixtures/library.js';

const root = resolve(import.meta.dirname, '../../../..');

/** Code blocks of docs/integrations.md in that language. */
async function blocks(language: string): Promise<string[]> {
  const page = await readFile(join(root, 'docs/integrations.md'), 'utf8');
  return [...page.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map(([, code]) => code ?? '');
}

describeOnEveryDatabase('docs/integrations.md', (makeDatabase) => {
  let database: TestDatabase;
  let cluster: ClusterUnderTest;
  let agent: FakeAgent;

  beforeEach(async () => {
    database = await makeDatabase();
    cluster = await ClusterUnderTest.start(database);
    agent = await FakeAgent.joined(cluster);
  });
  afterEach(async () => {
    agent.close();
    await cluster.stop();
    await database.drop();
  });

  it('has commands and an example that work as they stand', async () => {
    const [fetchRoot = ''] = await blocks('sh');
    const [example = ''] = await blocks('js');
    await promisify(execFile)('sh', ['-c', fetchRoot.replaceAll('127.0.0.1:30201', cluster.enrolmentAddress)], { cwd: cluster.dataDir, timeout: 10_000 });
    const file = join(cluster.dataDir, 'openstation-ca.pem');
    expect((await stat(file)).size).toBeGreaterThan(0);
    expect(await readFile(file, 'utf8')).toBe(cluster.control.app.get(Authority).rootPem);

    await importModel(cluster);
    const { secret } = await personWithKey(cluster, 'robot', 'operator');
    const port = cluster.enrolmentAddress.split(':')[1] ?? '';
    // From standard input, so that the packages are found from the repository.
    const program = spawn(process.execPath, ['--input-type=module', '-'], {
      cwd: root, stdio: ['pipe', 'pipe', 'pipe'],
      env: { OPENSTATION_ADDRESS: `localhost:${port}`, OPENSTATION_API_KEY: secret, OPENSTATION_CA: file, OPENSTATION_PROTO: join(root, 'proto/openstation/v1/integration.proto') },
    });
    let output = '';
    for (const stream of [program.stdout, program.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    try {
      program.stdin.end(example);
      await waitFor(() => output.includes('STATE_DEPLOYING') || program.exitCode !== null, { what: 'the deployment', timeoutMs: 15_000 });
      expect([program.exitCode, output]).toEqual([null, expect.stringContaining('STATE_DEPLOYING')]);
      await agent.report(await agent.assignment(), InstanceState.RUNNING);
      await waitFor(() => output.includes('STATE_READY'), { what: 'the readiness', timeoutMs: 10_000 });
      await waitFor(() => program.exitCode !== null, { what: 'the end of the example', timeoutMs: 10_000 });
      expect([program.exitCode, output]).toEqual([0, expect.stringMatching(/^STATE_DEPLOYING[^]*STATE_READY \n$/)]);
    } finally {
      program.kill();
    }
  });
});
