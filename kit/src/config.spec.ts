import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError, loadConfig } from './config.js';

const schema = z.strictObject({
  dataDir: z.string().min(1),
  console: z.strictObject({ port: z.coerce.number().int().min(1).max(65535).default(32206) }).prefault({}),
});
const variables = { DATA_DIR: 'dataDir', PORT: 'console.port' };

function file(content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'config-')), 'c.yaml');
  writeFileSync(path, content);
  return path;
}

describe('configuration', () => {
  it('takes defaults, then the file, then the environment', () => {
    const path = file('dataDir: /a\nconsole:\n  port: 1000\n');
    expect(loadConfig(schema, { file: path, env: {}, variables })).toEqual({ dataDir: '/a', console: { port: 1000 } });
    expect(loadConfig(schema, { file: path, env: { PORT: '2000' }, variables }).console.port).toBe(2000);
    expect(loadConfig(schema, { env: { DATA_DIR: '/b' }, variables }).console.port).toBe(32206);
  });

  it('names every fault with its key path and where it came from', () => {
    const path = file('console:\n  port: 1\n  prot: 2\n');
    expect(() => loadConfig(schema, { file: path, env: { PORT: 'eighty' }, variables })).toThrow(ConfigError);
    try {
      loadConfig(schema, { file: path, env: { PORT: 'eighty' }, variables });
    } catch (error) {
      const text = (error as Error).message;
      expect(text).toContain('dataDir: ');
      expect(text).toMatch(/console\.port: .*\(from PORT\)/);
      expect(text).toMatch(/console: .*prot/);
    }
  });

  it('refuses a file that is not there or not a mapping', () => {
    expect(() => loadConfig(schema, { file: '/nowhere/x.yaml', env: {}, variables })).toThrow(/x\.yaml/);
    expect(() => loadConfig(schema, { file: file('- 1\n'), env: {}, variables })).toThrow(/keys and values/);
  });

  it('is frozen to the bottom', () => {
    const config = loadConfig(schema, { env: { DATA_DIR: '/b' }, variables });
    expect(() => { config.console.port = 1; }).toThrow(TypeError);
  });
});
