import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseFiles } from './choose-files.js';
import { isGlob, matchesGlob } from './glob.js';

const all = { include: [], exclude: [] };
const pick = (paths: string[], rule: { include?: string[]; exclude?: string[] } = {}) => {
  const { format, selected } = chooseFiles(paths.map((path) => ({ path, bytes: 1 })), { ...all, ...rule });
  return { format, files: [...selected].sort() };
};

describe('files of a repository', () => {
  it('are the safetensors with configuration, tokenizer, code and papers, without second copies', () => {
    const kept = ['LICENSE', 'README.md', 'chat_template.jinja', 'config.json', 'merges.txt', 'model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', 'model.safetensors.index.json', 'modeling_x.py', 'tokenizer.json', 'tokenizer.model'];
    const left = ['.gitattributes', '.hfd/x.json', 'consolidated.safetensors', 'figures/a.png', 'flax_model.msgpack', 'onnx/model.onnx', 'original/params.json', 'pytorch_model.bin', 'training.pt'];
    expect(pick([...kept, ...left])).toEqual({ format: 'safetensors', files: kept.sort() });
  });

  it('are one of many GGUF models, with all its parts', () => {
    expect(pick(['a-Q2_K.gguf', 'a-Q4_K_M.gguf', 'a-Q8_0.gguf', 'README.md'])).toEqual({ format: 'gguf', files: ['README.md', 'a-Q4_K_M.gguf'] });
    expect(pick(['a-q4_k_m-00001-of-00002.gguf', 'a-q4_k_m-00002-of-00002.gguf', 'a-q8_0.gguf']).files).toEqual(['a-q4_k_m-00001-of-00002.gguf', 'a-q4_k_m-00002-of-00002.gguf']);
    expect(pick(['mmproj-f16.gguf', 'odd-name.gguf']).files).toEqual(['odd-name.gguf']);
  });

  it('are what patterns say, and the papers', () => {
    expect(pick(['a.gguf', 'b.gguf', 'LICENSE', 'x.json'], { include: ['b*'] })).toEqual({ format: 'gguf', files: ['LICENSE', 'b.gguf'] });
    expect(pick(['model.safetensors', 'metal/model.safetensors', 'config.json'], { exclude: ['metal/*'] }).files).toEqual(['config.json', 'model.safetensors']);
    expect(pick(['pytorch_model.bin', 'config.json'])).toEqual({ format: null, files: ['config.json'] });
  });

  it.each([
    ['model.safetensors', '*.safetensors', true], ['a/b.json', '*.json', true], ['a/b.json', 'a/*', true], ['a.json', '?.json', true], ['ab.json', '?.json', false],
    ['', '*', true], ['abc', 'a*b*c*', true], ['abc', 'a*d', false], ['a+b', 'a+b', true], ['aXb', 'a.b', false], ['abc', 'ab', false],
  ])('%s against %s: %s', (path, pattern, result) => expect(matchesGlob(path, pattern)).toBe(result));

  it('match like a regular expression would, and in bounded time', () => {
    const small = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }), small, (path, pattern) => {
      expect(matchesGlob(path, pattern)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(path));
    }));
    expect(matchesGlob('a'.repeat(4096), `${'*a'.repeat(99)}b`)).toBe(false);
  });

  it.each(['', '/etc/*', '../x', 'a/../b', 'a\\b', 'a\u0000', 'x'.repeat(201)])('refuse the pattern %j', (pattern) => expect(isGlob(pattern)).toBe(false));
});
