import { expect, it } from 'vitest';
import { diagnose } from '../doctor/index.js';
import { failedCase } from './failed-case.js';

const wish = { mode: 'single', engine: 'vllm', parameters: '', contextLength: 4096, parallel: 4 } as const;

it('reads the exit out of what the node said', () => {
  expect(failedCase({ wish, reason: 'exited', message: 'the engine ended with code 137' }, [], undefined)).toMatchObject({ exitCode: 137, reason: 'exited', heads: null });
  expect(failedCase({ wish, reason: 'load-timeout', message: 'loading showed no progress for 900 s' }, [], undefined).exitCode).toBeNull();
});
it('tells of the kernel’s killer', () => expect(diagnose(failedCase({ wish, reason: 'oom-killed', message: 'killed' }, [], undefined))?.code).toBe('host-memory'));
