import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Tool } from './tool.js';

let directory: string;
beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'os-tool-'))));
afterEach(() => rm(directory, { recursive: true, force: true }));

async function program(script: string): Promise<string> {
  const path = join(directory, 'tool');
  await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

it('a tool that is not there is missing, one that may not run says why', async () => {
  expect((await new Tool('/nowhere/tool').run([])).kind).toBe('missing');
  const path = join(directory, 'plain');
  await writeFile(path, 'no program', { mode: 0o644 });
  expect(await new Tool(path).run([])).toMatchObject({ kind: 'ended', exitCode: -1, stderr: expect.stringContaining('EACCES') as string });
});

it('output comes with a failing exit code, without NUL bytes', async () => {
  const answer = await new Tool(await program('printf "a\\000b\\n"; echo why >&2; exit 14')).run([]);
  expect(answer).toEqual({ kind: 'ended', exitCode: 14, stdout: 'ab\n', stderr: 'why\n' });
});

it('what hangs is killed with everything it started, and the next question is answered', async () => {
  const path = await program(`[ -f ${directory}/fast ] && { echo fast; exit 0; }\nsleep 61 & echo $! > ${directory}/child; wait`);
  const tool = new Tool(path, 200);
  expect((await tool.run([])).kind).toBe('hanging');
  const child = Number(await readFile(join(directory, 'child'), 'utf8'));
  await waitFor(() => !exists(child), { what: 'end of what the tool started', timeoutMs: 2000 });
  await writeFile(join(directory, 'fast'), '');
  await waitFor(async () => (await tool.run([])).stdout === 'fast\n', { what: 'an answer', timeoutMs: 2000 });
});

it('questions wait for each other: one process at a time', async () => {
  const tool = new Tool(await program(`mkdir ${directory}/lock || exit 1; sleep 0.05; rmdir ${directory}/lock`));
  const answers = await Promise.all([tool.run([]), tool.run([]), tool.run([])]);
  expect(answers.map((answer) => answer.exitCode)).toEqual([0, 0, 0]);
});

it('a flood of output ends the tool, not the agent', async () => {
  const answer = await new Tool(await program('yes 0123456789012345678901234567890123456789')).run([]);
  expect(answer.stdout.length).toBeLessThanOrEqual(4 * 1024 * 1024);
});

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
