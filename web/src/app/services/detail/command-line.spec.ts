import { describe, expect, it } from 'vitest';
import { commandLine } from './command-line';

describe('engine arguments as one line', () => {
  it('leaves plain arguments alone and quotes the rest for a shell', () => {
    expect(commandLine(['--ctx-size', '4096', '--chat', `it's {"a":1}`, ''])).toBe(`--ctx-size 4096 --chat 'it'\\''s {"a":1}' ''`);
  });
});
