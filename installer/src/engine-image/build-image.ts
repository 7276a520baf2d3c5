import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { pack, type Pack } from 'tar-stream';
import type Docker from 'dockerode';
import { contentTag, imageFiles, type ImageFile } from './image-files.js';

const REPOSITORY = 'openstation/llama-cpp';
const PING_MS = 3_000;

/** A client for the Docker engine of this machine, if there is one that answers us. */
export async function usableDocker(socket: string): Promise<Docker | undefined> {
  if (!existsSync(socket)) return undefined;
  const { default: Client } = await import('dockerode');
  const docker = new Client({ socketPath: socket, timeout: PING_MS });
  try {
    await docker.ping();
  } catch {
    return undefined; // no right to use it, or nobody behind it: engines then run as processes
  }
  return new Client({ socketPath: socket });
}

/**
 * The engine's image, built from the files that are here, with no base image and no network. One that exists is used.
 * @returns its reference
 */
export async function engineImage(docker: Docker, node: string, engineDirectory: string, tell: (what: string) => void): Promise<string> {
  const files = imageFiles(node, engineDirectory);
  const tag = contentTag(files);
  const reference = `${REPOSITORY}:${tag}`;
  if (await exists(docker, reference)) return reference;
  tell(`building ${reference} from ${files.length} files`);
  const archive = pack();
  const writing = writeArchive(archive, files);
  const changes = ['ENTRYPOINT ["/app/llama-server"]', 'USER 10001:10001', 'ENV PATH=/app', 'LABEL org.opencontainers.image.title=OpenStation-llama.cpp'];
  const answer = await docker.importImage(archive as unknown as NodeJS.ReadableStream, { repo: REPOSITORY, tag, changes });
  await Promise.all([writing, finished(docker, answer)]);
  if (!(await exists(docker, reference))) throw new Error(`Docker took the files of ${reference} but has no such image`);
  return reference;
}

async function exists(docker: Docker, reference: string): Promise<boolean> {
  try {
    await docker.getImage(reference).inspect();
    return true;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return false;
    throw error;
  }
}

/** Same files, same bytes: no times, no owners of this machine. */
async function writeArchive(archive: Pack, files: readonly ImageFile[]): Promise<void> {
  for (const directory of ['tmp/', 'cache/', 'model/', 'run/', 'proc/', 'sys/', 'dev/']) archive.entry({ name: directory, type: 'directory', mode: directory === 'tmp/' ? 0o1777 : 0o755, mtime: new Date(0) });
  for (const { path, mode, content } of files) {
    const bytes = content();
    const entry = archive.entry({ name: path, mode, size: bytes.length, mtime: new Date(0), uid: 0, gid: 0 });
    const drained = once(entry, 'finish');
    entry.end(bytes);
    await drained;
  }
  archive.finalize();
}

/** The engine answers 200 at once and tells of failures in the stream. */
function finished(docker: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error, output: { error?: string }[] | undefined) => {
      const failure = error ?? output?.find((line) => line.error !== undefined)?.error;
      if (failure === undefined || failure === null) resolve();
      else reject(failure instanceof Error ? failure : new Error(failure));
    });
  });
}
