import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = dirname(dirname(fileURLToPath(import.meta.url)));
export const MODEL = join(home, '../../models/tiny-chat/tiny-chat.gguf');
export const KEY = 'engine-key-of-the-tests';

/** The real server as a node's agent starts it: under Node's permission model, reading only itself, model and key. */
export function launch(...flags) {
  const directory = mkdtempSync(join(tmpdir(), 'engine test '));
  const keyFile = join(directory, 'key');
  writeFileSync(keyFile, `${KEY}\n`, { mode: 0o400 });
  const confinement = ['--permission', '--allow-addons', ...[home, dirname(MODEL), keyFile].map((path) => `--allow-fs-read=${path}`)];
  const child = spawn(process.execPath, [...confinement, join(home, 'server.mjs'), '--model', MODEL, '--host', '127.0.0.1', '--port', '0', '--api-key-file', keyFile, '--alias', 'tiny-chat', ...flags], { env: {} });
  const exit = new Promise((resolve) => child.once('exit', (code, signal) => {
    rmSync(directory, { recursive: true, force: true });
    resolve({ code, signal });
  }));
  return { child, exit };
}

/** The server, once its model is loaded. */
export async function startServer(...flags) {
  const { child, exit } = launch(...flags);
  let output = '';
  let url = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => { output += part; });
  await until(() => {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${output}`);
    url = /listening on (\S+)/.exec(output)?.[1] ?? '';
    return url !== '' && /model loaded/.test(output);
  }, () => output);
  return {
    url,
    stop: () => {
      child.kill('SIGTERM');
      return exit;
    },
  };
}

/** Waits for a condition; fails with what `explain` says. */
export async function until(condition, explain = () => '', timeoutMs = 15_000) {
  const end = performance.now() + timeoutMs;
  while (performance.now() < end) {
    if (await condition()) return;
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
  throw new Error(`condition not met: ${explain()}`);
}
