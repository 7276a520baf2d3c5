import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { sharedLibraries } from '../shared-libraries/index.js';

export interface ImageFile {
  /** Without the leading slash. */
  readonly path: string;
  readonly mode: number;
  readonly content: () => Buffer;
}

const APP = 'app';
/** What llama.cpp's own image is started by; the agent's policy needs no word of ours. */
const ENTRY = "#!/app/node\nimport './engine/server.mjs';\n";
const LEFT_OUT = new Set(['test', 'project.json', 'vitest.config.mjs', '.npmrc', '.package-lock.json']);

/** All that the engine's image holds: the pinned Node, the C libraries it needs, the engine. Sorted by path. */
export function imageFiles(node: string, engineDirectory: string): ImageFile[] {
  const engine = filesBelow(engineDirectory).filter((path) => !LEFT_OUT.has(relative(engineDirectory, path).split('/')[0] ?? ''));
  const binaries = engine.filter((path) => /\.(node|so(\.[\w.]+)?)$/.test(path));
  const fromDisk = (path: string, source: string): ImageFile => ({ path, mode: (statSync(source).mode & 0o111) !== 0 ? 0o755 : 0o644, content: () => readFileSync(source) });
  const text = (path: string, content: string, mode: number): ImageFile => ({ path, mode, content: () => Buffer.from(content) });
  const files = [
    text(`${APP}/llama-server`, ENTRY, 0o755),
    text(`${APP}/package.json`, '{ "type": "module" }\n', 0o644),
    text('etc/passwd', 'root:x:0:0:root:/:/none\nengine:x:10001:10001:engine:/cache:/none\n', 0o644),
    text('etc/group', 'root:x:0:\nengine:x:10001:\n', 0o644),
    text('etc/nsswitch.conf', 'hosts: files dns\n', 0o644),
    { ...fromDisk(`${APP}/node`, node), mode: 0o755 },
    ...engine.map((path) => fromDisk(`${APP}/engine/${relative(engineDirectory, path)}`, path)),
    ...[...sharedLibraries([node, ...binaries])].map(([path, source]) => ({ ...fromDisk(path.slice(1), source), mode: 0o755 })),
  ];
  return files.sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** The image's tag: equal files, equal tag, on every machine. */
export function contentTag(files: readonly ImageFile[]): string {
  const hash = createHash('sha256');
  for (const { path, mode, content } of files) hash.update(`${path}\0${mode}\0`).update(createHash('sha256').update(content()).digest());
  return hash.digest('hex').slice(0, 12);
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
