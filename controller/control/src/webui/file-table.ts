import { readdir, readFile, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { extname, join, relative, sep } from 'node:path';

export interface WebFile {
  readonly path: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly etag: string;
  /** The name carries a hash of the content, so the content never changes. */
  readonly immutable: boolean;
  readonly compressible: boolean;
}

const TYPES: Readonly<Record<string, readonly [type: string, compressible: boolean]>> = {
  '.html': ['text/html; charset=utf-8', true],
  '.js': ['text/javascript; charset=utf-8', true],
  '.css': ['text/css; charset=utf-8', true],
  '.json': ['application/json', true],
  '.webmanifest': ['application/manifest+json', true],
  '.svg': ['image/svg+xml', true],
  '.txt': ['text/plain; charset=utf-8', true],
  '.png': ['image/png', false],
  '.ico': ['image/x-icon', false],
  '.woff2': ['font/woff2', false],
};

/** The files under a directory by URL path. Only what is in this table can be served: there is no path to escape through. */
export async function readFileTable(root: string): Promise<ReadonlyMap<string, WebFile>> {
  const table = new Map<string, WebFile>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const type = TYPES[extname(entry.name)];
    if (!type) continue;
    const { size } = await stat(path);
    table.set(`/${relative(root, path).split(sep).join('/')}`, {
      path, contentType: type[0], compressible: type[1], bytes: size, etag: `"${await digestOf(path)}"`, immutable: /[.-][A-Z0-9]{8}\.[a-z0-9]+$/.test(entry.name),
    });
  }
  return table;
}

async function digestOf(path: string): Promise<string> {
  return createHash('sha256').update(await readFile(path)).digest('base64url').slice(0, 22);
}
