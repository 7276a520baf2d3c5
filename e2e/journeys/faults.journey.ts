import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { useCluster } from '../harness/cluster/index.js';
import type { ManagedProcess } from '../harness/cluster/index.js';
import { ChangingCrowd, moment } from '../harness/changing-crowd.js';

/** Kills of each kind; `ROUNDS=200 CROWD=50` is the long proof in docs/benchmarks.md. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const CROWD = Number(process.env['CROWD'] ?? 6);
/** Seconds that nodes are cut off; `CUTS=5,60,600` for the long proof. */
const CUTS = (process.env['CUTS'] ?? '5').split(',').map(Number);
const PER_ROUND_MS = 20_000;
const SETTLE_MS = 300_000;

describe('faults while services come, grow and go', () => {
  const cluster = useCluster(() => ({ agents: 3, script: { loadMs: 50, loadSteps: 2 } }));
  let modelId: string;
  /** Pids of engines that nobody touches, by service. */
  let bystanders: ReadonlyMap<string, number>;

  const pids = () => new Map(cluster().engines().filter(({ model }) => model.startsWith('bystander')).map(({ model, pid }) => [model, pid]));

  beforeAll(async () => {
    const { admin, modelFile } = cluster();
    modelId = (await admin.importModel(modelFile, 'tiny')).id;
    const nodes = await admin.nodes();
    for (const [index, { id }] of nodes.entries()) await admin.deployAndWait({ name: `bystander-${index}`, modelId, nodeIds: [id] });
    bystanders = pids();
    expect(bystanders.size).toBe(nodes.length);
  }, 120_000);

  // Whatever was done: who was not meant runs on, the same process.
  afterEach(() => expect(pids()).toEqual(bystanders));

  test(`${ROUNDS} × kill -9 of control and ${ROUNDS} × of agents during ${CROWD} parallel changes: none lost, doubled, orphaned or restarted`, { timeout: 2 * ROUNDS * PER_ROUND_MS + SETTLE_MS }, async () => {
    const { control, agents } = cluster();
    const crowd = new ChangingCrowd(cluster(), modelId, CROWD);
    const victims: ManagedProcess[] = Array.from({ length: ROUNDS }, (_, round) => [control, agents[round % agents.length]!]).flat();
    let doubled: string[] = [];
    for (const [number, victim] of victims.entries()) {
      await moment(Math.random() * 500);
      // It may be dead, or not yet born: then its next life is the one to end.
      await waitFor(() => victim.running, { what: `the next life of ${victim.name}`, timeoutMs: 10_000, everyMs: 5 });
      await victim.kill9();
      await waitFor(() => victim.running, { what: `the next life of ${victim.name}`, timeoutMs: 10_000, everyMs: 5 });
      // Two of three lives of the controller get as far as serving; the third may end at any moment of its start.
      if (victim === control && number % 3 !== 0) await cluster().controlReady(30_000);
      await moment(100 + Math.random() * 1000);
      doubled = [...doubled, ...doubles()];
      expect(pids()).toEqual(bystanders);
    }
    const wanted = await crowd.stop();
    process.stdout.write(`${ROUNDS} + ${ROUNDS} kills during ${crowd.told()}\n`);
    expect(doubled, 'instances with two engines').toEqual([]);
    await settled(wanted);
    await crowd.clear();
    await settled(new Map());
  });

  test.each(CUTS)('a node that is cut off for %i s keeps its engines, and is as before when it is back', { timeout: 660_000 }, async (seconds) => {
    await cutOff([cluster().agents[0]!], seconds);
  });

  test.each(CUTS)('all nodes cut off at once for %i s, with instances of lost nodes to be replaced after a minute: nothing is done that cannot be undone', { timeout: 660_000 }, async (seconds) => {
    await replaceLostAfter(1);
    try {
      await cutOff(cluster().agents, seconds);
    } finally {
      await replaceLostAfter(null);
    }
  });

  test('an old database that is put back: nothing that runs is stopped', { timeout: 180_000 }, async () => {
    const { admin, control, directory } = cluster();
    const doomed = await admin.deployAndWait({ name: 'deleted-later', modelId });
    const file = join(directory, 'control/openstation.db');
    const backup = join(directory, 'backup');
    mkdirSync(backup);
    await control.stop('SIGTERM', 10_000);
    // After a clean stop everything is in the one file.
    copyFileSync(file, join(backup, 'openstation.db'));
    control.start();
    await cluster().controlReady(30_000);
    await healthy();
    await admin.deleteServiceAndWait(doomed.id);
    await admin.deployAndWait({ name: 'made-later', modelId });
    const later = cluster().engines().find(({ model }) => model === 'made-later')!;
    await control.stop('SIGTERM', 10_000);
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
    copyFileSync(join(backup, 'openstation.db'), file);
    control.start();
    await cluster().controlReady(30_000);
    await healthy();
    // What this database does not know runs on and is shown; what it still wants is started again.
    await waitFor(async () => (await admin.nodes()).reduce((sum, { orphanCount }) => sum + orphanCount, 0) === 1, { what: 'the orphan', timeoutMs: 30_000, everyMs: 100 });
    await admin.serviceReady(doomed.id, 60_000);
    expect(cluster().engines().find(({ model }) => model === 'made-later')).toEqual(later);
    expect(existsSync(file)).toBe(true);
    await admin.deleteServiceAndWait(doomed.id);
  });

  /** Neither heard nor hearing, as behind a cable that was pulled; its engines answer nobody through it either. */
  async function cutOff(agents: readonly ManagedProcess[], seconds: number): Promise<void> {
    const { admin } = cluster();
    const before = await admin.rest.get<{ id: string; instances: { id: string }[] }[]>('/services');
    for (const agent of agents) agent.signal('SIGSTOP');
    try {
      await moment(seconds * 1000);
      expect(pids()).toEqual(bystanders);
      if (seconds >= 50) {
        expect((await admin.nodes()).filter(({ state }) => state === 'unreachable')).toHaveLength(agents.length);
        const { brakeSince } = await admin.rest.get<{ brakeSince: string | null }>('/overview');
        expect(brakeSince !== null, 'the brake').toBe(agents.length === cluster().agents.length);
      }
    } finally {
      for (const agent of agents) agent.signal('SIGCONT');
    }
    await healthy();
    for (const { id, instances } of before) expect((await admin.serviceReady(id)).instances.map((instance) => instance.id)).toEqual(instances.map((instance) => instance.id));
  }

  async function replaceLostAfter(replaceAfterMinutes: number | null): Promise<void> {
    const { rest } = cluster().admin;
    for (const { id } of await rest.get<{ id: string }[]>('/services')) await rest.patch(`/services/${id}`, { replaceAfterMinutes });
  }

  async function healthy(): Promise<void> {
    for (const { name } of cluster().agents) await cluster().agentHealthy(name, 60_000);
  }

  /** Instances that have more than one engine at this moment. */
  function doubles(): string[] {
    const ids = cluster().engines().map(({ instanceId }) => instanceId ?? 'nobody');
    return ids.filter((id, at) => ids.indexOf(id) !== at);
  }

  /** Everything that was agreed is there, once, and nothing else. */
  async function settled(wanted: ReadonlyMap<string, number>): Promise<void> {
    const { admin } = cluster();
    await healthy();
    await waitFor(async () => {
      const services = (await admin.rest.get<{ name: string; state: string; readyInstances: number; message: string; instances: { id: string; ready: boolean }[] }[]>('/services')).filter(({ name }) => !name.startsWith('bystander'));
      const off = services.filter(({ name, readyInstances, instances }) => readyInstances !== wanted.get(name) || instances.length !== wanted.get(name));
      const missing = [...wanted.keys()].filter((name) => !services.some((service) => service.name === name));
      const known = new Set((await admin.rest.get<{ instances: { id: string }[] }[]>('/services')).flatMap(({ instances }) => instances.map(({ id }) => id)));
      const stray = cluster().engines().filter(({ instanceId }) => !known.has(instanceId ?? ''));
      const orphans = (await admin.nodes()).reduce((sum, { orphanCount }) => sum + orphanCount, 0);
      if (off.length + missing.length + stray.length + orphans + doubles().length === 0) return true;
      const text = off.slice(0, 3).map(({ name, state, readyInstances, instances, message }) => `${name} ${state} ${readyInstances}/${wanted.get(name) ?? 'none'} of ${instances.length} ${message}`);
      throw new Error(`lost: ${missing.join()}; not as wanted: ${off.length} ${text.join(' | ')}; engines of nobody: ${stray.length}; orphans: ${orphans}`);
    }, { what: 'everything as agreed', timeoutMs: SETTLE_MS, everyMs: 500 });
  }
});
