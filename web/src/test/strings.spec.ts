import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

// The runner starts either in the workspace or in the project.
const app = [join(process.cwd(), 'web/src/app'), join(process.cwd(), 'src/app')].find((path) => {
  try {
    return readdirSync(path).length > 0;
  } catch (thrown) {
    if ((thrown as { code?: string }).code === 'ENOENT') return false;
    throw thrown;
  }
}) as string;

type Tree = { readonly [key: string]: string | Tree };

const files = readdirSync(app, { recursive: true, encoding: 'utf8' });
const scopes = new Map(
  files
    .filter((path) => /(^|\/)i18n\/en\.json$/.test(path))
    .map((path) => {
      const folder = basename(dirname(dirname(path)));
      const read = (language: string) => JSON.parse(readFileSync(join(app, dirname(path), `${language}.json`), 'utf8')) as Tree;
      return [scopeOf(folder), { en: read('en'), zh: read('zh') }] as const;
    }),
);
const permissions = /^\w+\.(read|write|own|any)$/;

function scopeOf(folder: string): string {
  return folder === 'ui-kit' ? 'kit' : folder.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function keysOf(tree: Tree, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [prefix + key] : keysOf(value, `${prefix}${key}.`)));
}

function lookUp(tree: Tree, path: readonly string[]): string | Tree | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return tree;
  // A name of the controller may hold dots: "download" and "download.pause".
  const whole = tree[path.join('.')];
  if (whole !== undefined) return whole;
  const below = tree[key];
  return typeof below === 'object' ? lookUp(below, rest) : rest.length === 0 ? below : undefined;
}

/** Literals that look like a key of one of our scopes; those that end in a dot are put together at run time. */
function usedKeys(): { readonly key: string; readonly file: string }[] {
  const names = [...scopes.keys()].join('|');
  const literal = new RegExp(`['"\`]((?:${names})(?:\\.[A-Za-z0-9_]+)+\\.?)(?=['"\`]|\\$\\{)`, 'g');
  return files
    .filter((path) => /\.(ts|html)$/.test(path) && !/\.(spec|gen)\.ts$/.test(path))
    .flatMap((file) => [...readFileSync(join(app, file), 'utf8').matchAll(literal)].map(([, key]) => ({ key: key as string, file })))
    .filter(({ key }) => !permissions.test(key));
}

describe('strings', () => {
  it('finds the scopes and keys it is about', () => {
    expect([...scopes.keys()]).toEqual(expect.arrayContaining(['kit', 'shell', 'signIn', 'nodes']));
    expect(usedKeys().length).toBeGreaterThan(150);
  });

  it.each([...scopes])('%s has the same keys in both languages', (_scope, { en, zh }) => {
    expect(keysOf(zh).toSorted()).toEqual(keysOf(en).toSorted());
  });

  it.each([...scopes])('%s has no empty words and the same placeholders in both languages', (_scope, { en, zh }) => {
    for (const key of keysOf(en)) {
      const words = [en, zh].map((tree) => lookUp(tree, key.split('.')) as string);
      const placeholders = words.map((word) => [...word.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, name]) => name).toSorted());
      expect(words.every((word) => word.trim() !== ''), key).toBe(true);
      // "1 node" has no place for the number where its plural has one.
      if (!key.endsWith('One')) expect(placeholders[1], key).toEqual(placeholders[0]);
    }
  });

  it('has words for every key in use', () => {
    const missing = usedKeys().filter(({ key }) => {
      const [scope, ...path] = key.split('.');
      const trees = scopes.get(scope as string);
      const built = path.at(-1) === '';
      const found = [trees?.en, trees?.zh].map((tree) => tree && lookUp(tree, built ? path.slice(0, -1) : path));
      return !found.every((value) => (built ? typeof value === 'object' : typeof value === 'string'));
    });
    expect(missing).toEqual([]);
  });
});
