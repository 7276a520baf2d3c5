import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Makes the OpenAPI document from the controller's route tables, and the types of the console's and the command line's clients from that.
 * `--check` writes nothing and fails when the committed files differ. The controller must be built.
 */
const root = resolve(import.meta.dirname, '../..');
const check = process.argv.includes('--check');
const document = 'controller/control/openapi.json';
const clients = ['web/src/app/api/schema.gen.ts', 'installer/src/rest/schema.gen.ts'];
const out = check ? mkdtempSync(join(tmpdir(), 'rest-client-')) : undefined;
const target = (path) => (out ? join(out, path.replaceAll('/', '_')) : join(root, path));

try {
  execFileSync('node', ['controller/control/dist/http/write-openapi.js', target(document)], { cwd: root, stdio: 'inherit' });
  for (const client of clients) execFileSync('npx', ['openapi-typescript', target(document), '-o', target(client)], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const stale = [document, ...clients].filter((path) => readFileSync(join(root, path), 'utf8') !== readFileSync(target(path), 'utf8'));
  if (stale.length > 0) {
    console.error(`stale: ${stale.join(', ')}. Run: node tools/test/rest-client.mjs`);
    process.exit(1);
  }
} finally {
  if (out) rmSync(out, { recursive: true });
}
