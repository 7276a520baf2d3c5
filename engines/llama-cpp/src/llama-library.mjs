import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * Loads llama.cpp for CPUs from the binary package that was installed beside us.
 *
 * Not through the library's own `getLlama`: that starts a child process to try the binary first and looks through
 * the system's library folders, and an engine runs under Node's permission model, where it may start nothing and
 * read nothing but itself, its model and its key. The pinned version makes the inner door safe to use; a test
 * runs the server confined.
 * @param {{ threads: number }} options
 * @returns {Promise<import('node-llama-cpp').Llama>}
 */
export async function loadLlama({ threads }) {
  const folder = `linux-${process.arch}`;
  let bins;
  try {
    ({ binsDir: bins } = (await import(`@node-llama-cpp/${folder}`)).getBinsDir());
  } catch (error) {
    throw new Error(`no llama.cpp for ${folder} is installed (package @node-llama-cpp/${folder})`, { cause: error });
  }
  const bindingPath = join(bins, folder, 'llama-addon.node');
  const { Llama } = await import(new URL('./bindings/Llama.js', import.meta.resolve('node-llama-cpp')).href);
  return Llama._create({
    bindings: createRequire(import.meta.url)(bindingPath),
    bindingPath,
    buildType: 'prebuilt',
    buildMetadata: JSON.parse(readFileSync(join(bins, folder, '_nlcBuildMetadata.json'), 'utf8')),
    logLevel: 'warn',
    logger: Llama.defaultConsoleLogger,
    vramPadding: 0,
    // What is free at the start is not ours alone: a gigabyte stays with the system, as the library itself does it.
    ramPadding: (total) => Math.min(total / 4, 1024 ** 3),
    maxThreads: threads,
    debug: false,
    numa: false,
    tempDir: false,
  });
}
