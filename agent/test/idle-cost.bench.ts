import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep, waitFor } from '@openstation/kit';
import { expect, it } from 'vitest';
import { AgentProcess, run } from './agent-process.js';
import { FakeDispatcher } from './fake-dispatcher.js';

/** It takes as long as it measures, and a little more than a minute to settle. */
const SECONDS = Number(process.env['IDLE_SECONDS'] ?? 60);
const FAKE = join(import.meta.dirname, '../../e2e/lab/fake-gpu');
/** What the supervisor and the unit give an agent so that freed memory goes back to the system. */
const AS_SUPERVISED = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '65536', MALLOC_MMAP_THRESHOLD_: '32768' };
const SETTLE_MS = 70_000;
const TICKS_A_SECOND = 100;

it('an idle agent with eight cards and one engine costs at most 80 MB and 1 % of a core', { timeout: (SECONDS + 120) * 1000 }, async () => {
  const cards = await mkdtemp(join(tmpdir(), 'os-cards-'));
  await copyFile(join(FAKE, 'nvidia-smi'), join(cards, 'nvidia-smi'));
  await copyFile(join(FAKE, 'eight-a100.csv'), join(cards, 'gpus.csv'));
  const dispatcher = await FakeDispatcher.start();
  dispatcher.heartbeatMs = 5000;
  dispatcher.files.set('model.gguf', Buffer.alloc(300_000, 'weights'));
  const agent = await AgentProcess.create(dispatcher, { env: { OPENSTATION_AGENT_NVIDIA_SMI: join(cards, 'nvidia-smi'), ...AS_SUPERVISED } });
  try {
    await agent.start();
    await waitFor(() => dispatcher.session, { what: 'first session', timeoutMs: 15_000 });
    dispatcher.assign(run(dispatcher, 'i-1'));
    await dispatcher.until('i-1', 'ready', (status) => status.ready);
    await sleep(SETTLE_MS);
    const before = await cost(agent.pid);
    await sleep(SECONDS * 1000);
    const after = await cost(agent.pid);
    const own = (after.ownTicks - before.ownTicks) / TICKS_A_SECOND / SECONDS;
    const tools = (after.childTicks - before.childTicks) / TICKS_A_SECOND / SECONDS;
    process.stdout.write(`agent: ${(after.residentBytes / 2 ** 20).toFixed(1)} MB resident, ${(own * 100).toFixed(2)} % of a core itself, ${(tools * 100).toFixed(2)} % in the tools it asks, over ${SECONDS} s\n`);
    expect(after.residentBytes).toBeLessThanOrEqual(80 * 2 ** 20);
    expect(own).toBeLessThanOrEqual(0.01);
  } finally {
    dispatcher.stop();
    await agent.destroy();
    await rm(cards, { recursive: true, force: true });
  }
});

/** utime + stime of the process, cutime + cstime of the children it waited for, resident pages: /proc/<pid>/stat and statm. */
async function cost(pid: number): Promise<{ ownTicks: number; childTicks: number; residentBytes: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
  const statm = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ').map(Number);
  const sum = (a: number, b: number): number => (fields[a] ?? 0) + (fields[b] ?? 0);
  return { ownTicks: sum(11, 12), childTicks: sum(13, 14), residentBytes: (statm[1] ?? 0) * 4096 };
}
