import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Installation } from './installation.js';

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'openstation-installation-'));
  await writeFile(join(base, 'start.sh'), '#!/bin/sh\n', { mode: 0o755 });
  await mkdir(join(base, 'upgrade'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

async function installed(versions: readonly string[], current: string): Promise<Installation> {
  for (const version of versions) {
    await mkdir(join(base, version, 'agent'), { recursive: true });
    await writeFile(join(base, version, 'agent/agent.cjs'), '');
  }
  await symlink(current, join(base, 'current'));
  const installation = await Installation.around(join(base, 'current/agent/agent.cjs'));
  if (!installation) throw new Error('no installation');
  return installation;
}

it('keeps the version that runs and the one before it, and nothing that failed', async () => {
  const installation = await installed(['1.9.0', '1.10.0', '1.10.1', '1.11.0'], '1.10.1');
  await mkdir(join(base, 'of-somebody-else'));
  expect((await installation.prune()).sort()).toEqual(['1.11.0', '1.9.0']);
  expect((await readdir(base)).sort()).toEqual(['1.10.0', '1.10.1', 'current', 'of-somebody-else', 'start.sh', 'upgrade']);
  expect(await installation.prune()).toEqual([]);
});

it('is none where nothing could be switched', async () => {
  await installed(['1.0.0'], '1.0.0');
  await rm(join(base, 'start.sh'));
  expect(await Installation.around(join(base, 'current/agent/agent.cjs'))).toBeUndefined();
});
