import { describe, expect, it } from 'vitest';
import { pathProblem, suggestedName, toImport } from './import-draft';

const roots = ['/srv/models', '/data/'];

describe('model import', () => {
  it.each([
    ['', 'required'], ['models/a', 'absolute'], ['/etc/passwd', 'outside'], ['/srv/models-old/a', 'outside'],
    ['/srv/models/a.gguf', null], ['/srv/models', null], ['/data/x', null],
  ] as const)('judges "%s" as %s', (path, problem) => {
    expect(pathProblem(path, roots)).toBe(problem);
  });

  it('leaves the judgement to the server when it names no roots', () => {
    expect(pathProblem('/anywhere', [])).toBeNull();
  });

  it.each([['/srv/models/Qwen3-8B/', 'Qwen3-8B'], ['/srv/models/tiny-chat.gguf', 'tiny-chat'], ['', '']])('names %s %s', (path, name) => {
    expect(suggestedName(path)).toBe(name);
  });

  it('leaves the name out when nobody typed one', () => {
    expect(toImport({ path: ' /a ', name: ' ', description: ' d ' })).toEqual({ path: '/a', description: 'd' });
    expect(toImport({ path: '/a', name: 'n', description: '' })).toEqual({ path: '/a', name: 'n', description: '' });
  });
});
