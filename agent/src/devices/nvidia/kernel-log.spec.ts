import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Tool } from '../tool.js';
import { KernelLog } from './kernel-log.js';

let directory: string;
beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'os-kmsg-'))));
afterEach(() => rm(directory, { recursive: true, force: true }));

it('reads marked records with their time after the start of the machine, each once', async () => {
  const path = join(directory, 'kmsg');
  await writeFile(path, '6,1,1000000,-;boot\n3,954,2500000,-;NVRM: Xid (PCI:0000:81:00): 79, gone\n SUBSYSTEM=pci\n');
  const log = new KernelLog('NVRM: Xid', path, []);
  const [line, ...more] = await log.news();
  expect(more).toEqual([]);
  expect(line).toMatchObject({ sinceBootMs: 2500, text: 'NVRM: Xid (PCI:0000:81:00): 79, gone' });
  expect(await log.news()).toEqual([]);
  await writeFile(path, '3,955,3500000,-;NVRM: Xid (PCI:0000:81:00): 31\n', { flag: 'a' });
  expect((await log.news()).map((entry) => entry.sinceBootMs)).toEqual([3500]);
  log.close();
});

it('asks the programs where the device may not be read; one that fails leaves it to the next', async () => {
  const program = join(directory, 'dmesg');
  await writeFile(program, '#!/bin/sh\necho "[    1.0] boot"; echo "[   12.5] NVRM: Xid (PCI:0000:81:00): 48"\n', { mode: 0o755 });
  const log = new KernelLog('NVRM: Xid', '/nowhere/kmsg', [{ tool: new Tool('/nowhere/journalctl'), args: [] }, { tool: new Tool(program), args: [] }]);
  expect((await log.news()).map((entry) => entry.sinceBootMs)).toEqual([12_500]);
  expect(await log.news()).toEqual([]);
});

it('is silent where nothing may be read', async () => {
  expect(await new KernelLog('NVRM: Xid', '/nowhere/kmsg', []).news()).toEqual([]);
});
