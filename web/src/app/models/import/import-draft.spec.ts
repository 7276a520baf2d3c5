import { describe, expect, it } from 'vitest';
import { emptyImport, pathProblem, suggestedName, toImport, worstFirst } from './import-draft';

const roots = ['/srv/models', '/data/'];

describe('model import', () => {
  it.each([
    ['', 'required'], ['models/a', 'absolute'], ['/etc/passwd', 'outside'], ['/srv/models-old/a', 'outside'],
    ['/srv/models/a.gguf', null], ['/srv/models', null], ['/data/x', null],
  ] as const)('judges "%s" as %s', (path, problem) => {
    expect(pathProblem({ path, nodeId: null }, roots)).toBe(problem);
  });

  it('leaves the judgement to the server when it names no roots, and to the node about its own disk', () => {
    expect(pathProblem({ path: '/anywhere', nodeId: null }, [])).toBeNull();
    expect(pathProblem({ path: '/anywhere', nodeId: 'n1' }, roots)).toBeNull();
  });

  it.each([['/srv/models/Qwen3-8B/', 'Qwen3-8B'], ['/srv/models/tiny-chat.gguf', 'tiny-chat'], ['', '']])('names %s %s', (path, name) => {
    expect(suggestedName(path)).toBe(name);
  });

  it('leaves the name out when nobody typed one', () => {
    expect(toImport({ ...emptyImport, path: ' /a ', name: ' ', description: ' d ' })).toEqual({ path: '/a', nodeId: null, mode: 'copy', description: 'd' });
  });

  it('never copies from a node', () => {
    expect(toImport({ ...emptyImport, path: '/a', nodeId: 'n1', name: 'n' })).toMatchObject({ mode: 'in-place', nodeId: 'n1', name: 'n' });
  });

  it('shows what is wrong before what is well', () => {
    const finding = (level: 'ok' | 'warning' | 'error') => ({ level, code: level, file: null, message: '' });
    expect(worstFirst([finding('ok'), finding('warning'), finding('error')]).map(({ level }) => level)).toEqual(['error', 'warning', 'ok']);
  });
});
