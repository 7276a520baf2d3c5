import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dataDirectory, makeDataDirectory, type DataDirectory } from '../install/index.js';
import { chosenLogs, printLogs } from './index.js';

let data: DataDirectory;
beforeEach(async () => {
  data = dataDirectory(mkdtempSync('/tmp/read-log-'));
  await makeDataDirectory(data);
});
afterEach(() => rmSync(data.root, { recursive: true, force: true }));

it('prints the last lines of one log', async () => {
  writeFileSync(join(data.logs, 'control.log'), 'one\ntwo\nthree\n');
  const lines: string[] = [];
  await printLogs(data, await chosenLogs(data, 'control'), { lines: 2, follow: false, signal: new AbortController().signal, print: (line) => lines.push(line) });
  expect(lines).toEqual(['two', 'three']);
});

it('refuses an unknown name with those there are', async () => {
  writeFileSync(join(data.logs, 'agent.log'), '');
  await expect(chosenLogs(data, 'engine')).rejects.toThrow('there is no log of "engine": choose one of agent');
});

it('follows all logs, whole lines only, also after one was cut', async () => {
  const control = join(data.logs, 'control.log');
  writeFileSync(control, 'old\n');
  writeFileSync(join(data.logs, 'agent.log'), '');
  const stop = new AbortController();
  const lines: string[] = [];
  const done = printLogs(data, await chosenLogs(data, undefined), { lines: 5, follow: true, signal: stop.signal, print: (line) => lines.push(line) });
  await waitFor(() => lines.includes('control | old'), { what: 'tail', timeoutMs: 5_000 });
  appendFileSync(control, 'new\nhal');
  await waitFor(() => lines.includes('control | new'), { what: 'new line', timeoutMs: 5_000 });
  appendFileSync(control, 'f\n');
  await waitFor(() => lines.includes('control | half'), { what: 'rest of the line', timeoutMs: 5_000 });
  truncateSync(control, 0);
  appendFileSync(control, 'cut\n');
  await waitFor(() => lines.includes('control | cut'), { what: 'line after the cut', timeoutMs: 5_000 });
  stop.abort();
  await done;
});
