import { describe, expect, it } from 'vitest';
import type { HubFile } from './hub.js';
import { modelFiles } from './model-files.js';

const file = (path: string): HubFile => ({ path, bytes: 10, hash: { kind: 'sha256', hex: 'a'.repeat(64) } });
const files = (...paths: string[]) => modelFiles(paths.map(file));

describe('the files of a model', () => {
  it('are one model in safetensors or GGUF', () => {
    expect(files('model.safetensors', 'config.json')).toMatchObject({ format: 'safetensors', entry: '', bytes: 20 });
    expect(files('b/x-Q4.gguf', 'README.md')).toMatchObject({ format: 'gguf', entry: 'b/x-Q4.gguf' });
    expect(files('x-00002-of-00002.gguf', 'x-00001-of-00002.gguf')).toMatchObject({ entry: 'x-00001-of-00002.gguf' });
  });

  it.each([
    [['x-00001-of-00002.gguf'], /1 of 2 parts/],
    [['a.gguf', 'b.gguf'], /several models: choose one with include/],
    [['a.gguf', 'b.safetensors'], /exclude one kind/],
    [['config.json'], /neither safetensors nor GGUF/],
    [['.gitattributes', 'MANIFEST', '.openstation-progress.json'], /no file of the repository is chosen/],
  ])('refuses %j', (paths, words) => expect(() => files(...paths)).toThrow(words));

  it.each(['../model.safetensors', '/etc/model.safetensors', 'a/../../model.safetensors', 'a//model.safetensors', './model.safetensors', 'C:/model.safetensors', 'a\\model.safetensors', 'a\u0000.safetensors', 'a\u202e\n.safetensors', 'mode\u0301l.safetensors', `${'x'.repeat(256)}.safetensors`, `${'x/'.repeat(600)}m.safetensors`])(
    'refuses the path %j', (path) => expect(() => files(path)).toThrow(/cannot be a file of a model/),
  );

  it('refuses paths that are one on some disks, and one that is a file and a directory', () => {
    expect(() => files('model.safetensors', 'MODEL.safetensors')).toThrow(/one file on some disks/);
    expect(() => files('model.safetensors', 'a', 'A/b.json')).toThrow(/both as a file and as a directory/);
  });
});
