import { mkdtempSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogFile } from './log-file.js';

let directory: string;
beforeEach(() => { directory = mkdtempSync('/tmp/log-file-'); });
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('cuts a large log while a program goes on writing to it, and keeps three old ones', () => {
  const path = join(directory, 'x.log');
  const log = new LogFile(path, 10);
  const descriptor = log.open();
  for (const text of ['first.....', 'second....', 'third.....', 'fourth....', 'fifth.....']) {
    writeSync(descriptor, text);
    log.rotateIfLarge();
  }
  expect(statSync(path).size).toBe(0);
  expect([1, 2, 3].map((age) => readFileSync(`${path}.${age}`, 'utf8'))).toEqual(['fifth.....', 'fourth....', 'third.....']);
  writeSync(descriptor, 'small');
  log.rotateIfLarge();
  expect(readFileSync(path, 'utf8')).toBe('small');
  log.close();
});
