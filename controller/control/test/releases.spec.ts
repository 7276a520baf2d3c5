import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { archiveName, formatStatement, signStatement, type ArchiveCard } from '@openstation/proto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ControlConfig } from '../src/config/index.js';
import { AgentArchives } from '../src/rollout/index.js';
import { newerFor } from '../src/rollout/newer-agents.js';
import type { RolloutNodeState } from '../src/rollout/rollout.machine.js';
import { RolloutRepository } from '../src/rollout/rollout.repository.js';
import { newId, type Store } from '../src/store/index.js';
import { TestClock } from './fixtures/control.js';
import { describeOnEveryDatabase, type TestDatabase } from './fixtures/databases.js';

const { privateKey } = generateKeyPairSync('ed25519');

describeOnEveryDatabase('releases of the agent', (makeDatabase) => {
  let database: TestDatabase;
  let store: Store;
  let clock: TestClock;
  let rollouts: RolloutRepository;
  let archives: AgentArchives;
  const directory = () => join(database.dataDir, 'archives');

  beforeEach(async () => {
    database = await makeDatabase();
    store = await database.open();
    clock = new TestClock();
    rollouts = new RolloutRepository(store, clock);
    await mkdir(directory(), { recursive: true });
    archives = new AgentArchives({ agents: { archiveDir: directory() } } as ControlConfig, rollouts);
  });
  afterEach(async () => {
    await store.close();
    await database.drop();
  });

  async function makeArchive(version: string): Promise<void> {
    const statement = formatStatement({ version, arch: 'x64', manifestSha256: '0'.repeat(64) });
    const card: ArchiveCard = { version, arch: 'x64', bytes: 3, sha256: '1'.repeat(64), statement, signature: signStatement(statement, privateKey).toString('base64'), builtAt: new Date(clock.now()).toISOString(), inputs: 'x' };
    const path = join(directory(), archiveName(version, 'x64'));
    await writeFile(path, 'abc');
    await writeFile(`${path}.json`, JSON.stringify(card));
  }
  async function rolledOut(version: string, became: RolloutNodeState): Promise<void> {
    clock.advance(1_000);
    const [operationId, nodeId] = [newId(), newId()];
    await store.transaction((tx) => rollouts.create(tx, operationId, { version, batch: 1, nodes: [{ id: nodeId, name: 'n', arch: 'x64' }] }));
    await rollouts.move(operationId, nodeId, ['waiting'], became, 'back to 1.0.0: it ended 3 times');
  }
  const offered = async () => (await archives.newest()).map(({ version }) => version);

  it('one from which a node came back is given to nobody, until it is made anew or works somewhere', async () => {
    for (const version of ['1.0.0', '1.1.0']) await makeArchive(version);
    expect(await offered()).toEqual(['1.1.0']);
    await rolledOut('1.1.0', 'returned');
    expect(await offered()).toEqual(['1.0.0']);
    expect((await archives.current('x64')).version).toBe('1.0.0');
    expect((await archives.list()).map(({ version, failure }) => [version, failure])).toEqual([['1.1.0', 'n: back to 1.0.0: it ended 3 times'], ['1.0.0', '']]);
    // Who names it gets it: a person may know better.
    expect(await archives.get('1.1.0', 'x64')).toBeDefined();
    await rolledOut('1.1.0', 'upgraded');
    expect(await offered()).toEqual(['1.1.0']);
    await rolledOut('1.1.0', 'lost');
    expect(await offered()).toEqual(['1.0.0']);
    clock.advance(1_000);
    await makeArchive('1.1.0');
    expect(await offered()).toEqual(['1.1.0']);
  });

  it('a node that refuses one says nothing about it', async () => {
    await makeArchive('1.0.0');
    await rolledOut('1.0.0', 'refused');
    expect(await offered()).toEqual(['1.0.0']);
  });

  it('when the only one failed that is what is said', async () => {
    await expect(archives.current('x64')).rejects.toThrow(/no agent archive for x64 yet/);
    await makeArchive('1.0.0');
    await rolledOut('1.0.0', 'returned');
    await expect(archives.current('x64')).rejects.toThrow(/1\.0\.0 for x64 failed on a node \(n: back to/);
  });
});

it('a node is offered a newer agent of its architecture, and one of a checkout none', () => {
  const current = new Map([['x64', '1.1.0']]);
  const node = (agentVersion: string | null, arch = 'x64') => ({ id: 'n', agentVersion, inventory: { arch } }) as Parameters<typeof newerFor>[0];
  expect(['1.0.0', '1.1.0-rc.1', '1.1.0', '1.2.0', '1.0.0+checkout', null].map((version) => newerFor(node(version), current))).toEqual(['1.1.0', '1.1.0', null, null, null, null]);
  expect(newerFor(node('1.0.0', 'arm64'), current)).toBeNull();
  expect(newerFor({ id: 'n', agentVersion: '1.0.0', inventory: null }, current)).toBeNull();
});
