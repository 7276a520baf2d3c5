'use strict';
// Compares a release's folder with its own list of files, and the list with the signed statement: what was copied by hand,
// unpacked on a full disk or changed since is found before it runs.
//
//   bin/node check-release.cjs FOLDER
const { createHash } = require('node:crypto');
const { readFileSync, readdirSync } = require('node:fs');
const { join, relative } = require('node:path');

const folder = process.argv[2];
const sha256 = (path) => createHash('sha256').update(readFileSync(join(folder, path))).digest('hex');
const wrong = (why) => {
  process.stderr.write(`openstation-agent: ${why}: the archive was not unpacked whole, or was changed; unpack it again\n`);
  process.exit(1);
};

try {
  const stated = /^manifest sha256 ([0-9a-f]{64})$/m.exec(readFileSync(join(folder, 'release.txt'), 'utf8'))?.[1];
  if (stated === undefined || sha256('manifest.json') !== stated) wrong('manifest.json is not the signed list of files');
  const { files } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  const listed = new Set(['release.txt', 'release.sig', 'manifest.json', ...files.map(({ path }) => path)]);
  for (const { path, sha256: wanted } of files) if (sha256(path) !== wanted) wrong(`${path} is not the file on the list`);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(folder, join(entry.parentPath, entry.name));
    if (!entry.isDirectory() && !listed.has(path)) wrong(`${path} is not on the list of files`);
  }
} catch (error) {
  wrong(error.message);
}
