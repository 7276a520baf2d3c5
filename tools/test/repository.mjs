import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Rules about the repository itself: nothing of one machine, no registry host, no large or forgotten files. */
const root = resolve(import.meta.dirname, '../..');
const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
const isText = (path) => !/\.(gguf|png|ico|woff2?|gz|xlsx)$/.test(path);
const self = 'tools/test/repository.mjs';

const rules = [
  { name: 'a lock file names a download address', test: (path, text) => path.endsWith('package-lock.json') && /"resolved": "https?:/.test(text) },
  { name: 'a registry host', test: (path, text) => path !== self && /registry\.npmjs\.org|files\.pythonhosted\.org|deb\.debian\.org/.test(text) },
  { name: 'a focused or skipped test', test: (path, text) => /\.(spec|test)\.[mc]?[jt]s$/.test(path) && /\b(it|test|describe)\.(only|skip)\(/.test(text) },
  { name: 'a private key', test: (path, text) => path !== self && /-----BEGIN (EC |RSA |OPENSSH )?PRIVATE KEY-----\n[A-Za-z0-9+/]{40}/.test(text) },
  { name: 'a path of one machine', test: (path, text) => path !== self && /\/work\/(main|shared)|\/root\/\.nvm|\/home\/[a-z]+\/(?!<)/.test(text) },
];

const faults = [];
for (const path of files) {
  if (!isText(path)) continue;
  let text;
  try {
    text = readFileSync(resolve(root, path), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') continue; // deleted in the working tree, not yet committed
    throw error;
  }
  for (const rule of rules) if (rule.test(path, text)) faults.push(`${path}: ${rule.name}`);
}
for (const fault of faults) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);
