import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';
import { pack, type Pack } from 'tar-stream';
import { run } from '../run.js';
import { FAKE_ENGINE_FILE } from './script.js';

const BALLAST_BYTES = 6 * 1024 * 1024;

/**
 * The fake engine as an image: the Node that runs us, the libraries it is linked against, and the one file. Each
 * part is a layer, and two more hold random bytes, so that a pull has layers to show progress of.
 * Needs no other image and runs nothing while building.
 */
export async function buildEngineImage(docker: Docker, tag: string): Promise<void> {
  const context = pack();
  const stream = await Promise.all([docker.buildImage(context as unknown as NodeJS.ReadableStream, { t: tag }), fill(context)]).then(([answer]) => answer);
  await finished(docker, stream);
}

/** Follows a build, push or pull to its end. @throws Error with the first error the engine reports in the stream */
export async function finished(docker: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error: Error | null, events: { error?: string }[]) => {
      const failure = error?.message ?? events.find((event) => event.error !== undefined)?.error;
      if (failure === undefined) resolve();
      else reject(new Error(failure));
    });
  });
}

async function fill(context: Pack): Promise<void> {
  context.entry({ name: 'Dockerfile' }, DOCKERFILE);
  for (const library of await sharedLibraries(process.execPath)) context.entry({ name: `libraries${library}`, mode: 0o755 }, await readFile(library));
  context.entry({ name: 'node', mode: 0o755 }, await readFile(process.execPath));
  // Under the name of llama.cpp's own server, which is what agents start in an image of the engine "llama-cpp".
  context.entry({ name: 'llama-server', mode: 0o755 }, (await readFile(FAKE_ENGINE_FILE, 'utf8')).replace(/^#!.*/, '#!/usr/local/bin/node'));
  context.entry({ name: 'system/etc/passwd' }, 'root:x:0:0:root:/:/none\nnobody:x:65534:65534:nobody:/:/none\n');
  context.entry({ name: 'system/tmp/.keep', mode: 0o644 }, '');
  for (const number of [1, 2]) context.entry({ name: `ballast-${number}` }, randomBytes(BALLAST_BYTES));
  context.finalize();
}

const DOCKERFILE = `FROM scratch
COPY libraries /
COPY system /
COPY ballast-1 /opt/
COPY ballast-2 /opt/
COPY node /usr/local/bin/node
COPY llama-server /app/
ENV PATH=/usr/local/bin
ENTRYPOINT ["/app/llama-server"]
`;

/** Paths as the loader looks them up, the loader itself included. */
async function sharedLibraries(program: string): Promise<string[]> {
  const lines = (await run(['ldd', program])).split('\n');
  return lines.map((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1]).filter((path) => path !== undefined);
}
