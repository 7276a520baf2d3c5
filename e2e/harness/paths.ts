import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout under test. */
export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
/** Reports, screenshots and logs of failed tests; never committed. */
export const ARTIFACTS = join(REPOSITORY, 'e2e/artifacts');

const built = {
  control: 'controller/control/dist/main.js',
  gateway: 'controller/gateway/dist/main.js',
  agent: 'agent/dist/agent.cjs',
} as const;

/**
 * Where a built process lies.
 * @throws Error saying how to build it
 */
export function artefact(name: keyof typeof built): string {
  const file = join(REPOSITORY, built[name]);
  if (!existsSync(file)) throw new Error(`${built[name]} is not built: run ./openstation build (or npx nx run ${name}:build)`);
  return file;
}

/** The built console: the directory that holds index.html, or undefined when it was not built. */
export function consoleRoot(): string | undefined {
  const directory = join(REPOSITORY, 'web/dist');
  return existsSync(join(directory, 'index.html')) ? directory : undefined;
}

/** Our packaged llama.cpp server, or undefined when the checkout has none. */
export function packagedLlamaServer(): { readonly file: string; readonly directory: string } | undefined {
  const file = join(REPOSITORY, 'engines/llama-cpp/server.mjs');
  return existsSync(file) ? { file, directory: dirname(file) } : undefined;
}
