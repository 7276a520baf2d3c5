import { describe, expect, it } from 'vitest';
import { nameProblem } from './name-rule';

const none = new Set<string>();

describe('service name', () => {
  it.each(['qwen3-8b', 'DeepSeek-R1:671B模型服务', '1.5B', 'a_b'])('accepts %s', (name) => {
    expect(nameProblem(name, none)).toBeNull();
  });

  it.each([
    ['', 'required'], ['   ', 'required'], ['-a', 'start'], ['.hidden', 'start'], ['a b', 'characters'], ['a/b', 'characters'], ['x'.repeat(65), 'tooLong'],
  ] as const)('refuses "%s" as %s', (name, problem) => {
    expect(nameProblem(name, none)).toBe(problem);
  });

  it('refuses the name of another service, blanks aside', () => {
    expect(nameProblem(' qwen ', new Set(['qwen']))).toBe('taken');
    expect(nameProblem('Qwen', new Set(['qwen']))).toBeNull();
  });
});
