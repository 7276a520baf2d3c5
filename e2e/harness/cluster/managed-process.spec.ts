import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processesNaming } from './leftovers.js';
import { ManagedProcess } from './managed-process.js';

let directory: string;
const started: ManagedProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'managed-process-'));
});
afterEach(async () => {
  for (const member of started.splice(0)) await member.stop('SIGKILL', 2000);
  rmSync(directory, { recursive: true });
});

function member(program: string, respawnAfterMs?: number): ManagedProcess {
  const made = new ManagedProcess({
    name: 'probe',
    command: [process.execPath, '-e', `/* ${directory} */ console.log('up'); setInterval(() => {}, 1000); ${program}`],
    logFile: join(directory, 'probe.log'),
    ...(respawnAfterMs === undefined ? {} : { respawnAfterMs }),
  });
  started.push(made);
  made.start();
  return made;
}

async function up(times: number): Promise<void> {
  await waitFor(() => readFileSync(join(directory, 'probe.log'), 'utf8').split('up').length - 1 >= times, { what: `start ${times}`, timeoutMs: 10_000 });
}

test('comes back after kill -9 with another pid, and stays down when stopped', async () => {
  const probe = member("process.on('SIGTERM', () => process.exit(0))", 10);
  await up(1);
  const first = probe.pid;
  await probe.kill9();
  await up(2);
  expect(probe.pid).not.toBe(first);
  expect(await probe.stop('SIGTERM', 5000)).toEqual({ code: 0, signal: null });
  expect(probe.starts).toBe(2);
  expect(probe.running).toBe(false);
});

test('stays down after kill -9 when nobody respawns it', async () => {
  const probe = member('');
  await up(1);
  await probe.kill9();
  expect(probe.running).toBe(false);
});

test('one that does not stop is killed, and that is an error', async () => {
  const probe = member("process.on('SIGTERM', () => {})");
  await up(1);
  await expect(probe.stop('SIGTERM', 200)).rejects.toThrow('stop of probe after SIGTERM took longer than 200 ms');
  expect(probe.running).toBe(false);
});

test('what is left behind is found by the directory it names', async () => {
  expect(processesNaming(directory)).toEqual([]);
  const probe = member('');
  await up(1);
  expect(processesNaming(directory).map((left) => left.pid)).toEqual([probe.pid]);
});
