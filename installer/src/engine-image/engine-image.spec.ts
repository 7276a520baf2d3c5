import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentTag, imageFiles } from './image-files.js';

describe('the image of the engine', () => {
  let engine: string;
  beforeEach(() => {
    engine = mkdtempSync('/tmp/engine image ');
    mkdirSync(join(engine, 'test'));
    writeFileSync(join(engine, 'server.mjs'), 'export {};\n');
    writeFileSync(join(engine, 'test/x.mjs'), '');
  });
  afterEach(() => rmSync(engine, { recursive: true, force: true }));

  it('holds Node, its libraries, the entry and the engine without its tests', () => {
    const paths = imageFiles(process.execPath, engine).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['app/engine/server.mjs', 'app/llama-server', 'app/node', 'app/package.json', 'etc/passwd']));
    expect(paths.some((path) => path.endsWith('/libstdc++.so.6'))).toBe(true);
    expect(paths.some((path) => /ld-linux/.test(path))).toBe(true);
    expect(paths.some((path) => path.includes('test/'))).toBe(false);
    expect([...paths].sort()).toEqual(paths);
  });

  it('has a tag that changes with any content and with nothing else', () => {
    const before = contentTag(imageFiles(process.execPath, engine));
    expect(contentTag(imageFiles(process.execPath, engine))).toBe(before);
    writeFileSync(join(engine, 'server.mjs'), 'export {}; // changed\n');
    expect(contentTag(imageFiles(process.execPath, engine))).not.toBe(before);
  });
});
