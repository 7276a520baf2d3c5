import { expect, it } from 'vitest';
import { ownerOf } from './process-owner.js';

const CONTAINER = 'c'.repeat(64);
const engines = [
  { driver: 'docker', handle: CONTAINER, instanceId: 'i-docker', state: 'running' as const },
  { driver: 'process', handle: '100', instanceId: 'i-process', state: 'running' as const },
  { driver: 'process', handle: '300', instanceId: 'i-ended', state: 'exited' as const },
];
const FILES: Record<string, string> = {
  '/proc/50/cgroup': `0::/system.slice/docker-${CONTAINER}.scope\n`,
  '/proc/102/stat': '102 (VLLM) Worker (x)) S 101 102 102 0 -1',
  '/proc/101/stat': '101 (python) S 100 101 101 0 -1',
  '/proc/103/stat': '103 (orphan) S 1 100 100 0 -1',
  '/proc/301/stat': '301 (x) S 300 301 301 0',
  '/proc/300/stat': '300 (x) S 1 300 300 0',
};
const readProc = (path: string) => Promise.resolve(FILES[path] ?? '');

it.each([
  [50, 'i-docker', 'a process in our container'],
  [100, 'i-process', 'the engine itself'],
  [102, 'i-process', 'a grandchild of the engine'],
  [103, 'i-process', 'a child whose parent died, by its group'],
  [301, '', 'a child of an engine that ended'],
  [999, '', 'a process that is gone'],
])('%i belongs to %j: %s', async (pid, owner) => {
  expect(await ownerOf(pid, engines, readProc)).toBe(owner);
});
