import { afterEach, expect, test, vi } from 'vitest';
import { describeWith, onPath, program } from './prerequisites.js';

afterEach(() => vi.unstubAllEnvs());

test('in CI a missing prerequisite is a failure that names it and the way to get it', () => {
  vi.stubEnv('CI', 'true');
  expect(() => describeWith('needs a unicorn', [program('unicorn', 'unicorn-tools')], () => undefined)).toThrow('needs a unicorn: needs unicorn (Debian package unicorn-tools); e2e/packages.sh installs packages');
});

test('programs of root are found with an ordinary PATH', () => {
  vi.stubEnv('PATH', '/usr/bin');
  expect(onPath('sh') ?? onPath('env')).toBeDefined();
  expect(onPath('no-such-program-anywhere')).toBeUndefined();
});

