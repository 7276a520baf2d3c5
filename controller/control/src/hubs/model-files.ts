import { isManifestPath } from '../models/index.js';
import type { HubFile } from './hub.js';

/** Why no model can be made of what was chosen; for people. */
export class ChoiceError extends Error {}

export interface Choice {
  readonly format: 'gguf' | 'safetensors';
  /** What an engine is pointed at; empty: the directory. */
  readonly entry: string;
  readonly files: readonly HubFile[];
  readonly bytes: number;
}

const MAX_CHOSEN = 5_000;
/** Names we use ourselves, and those of git: never fetched. */
const LEFT = /^MANIFEST$|(^|\/)\.(git|openstation)[^/]*(\/|$)/i;

/**
 * Makes sure that the files chosen of a repository are one model, and says which. Paths are checked as what a stranger
 * wrote: nothing leads out of a directory or names one file twice.
 * @throws ChoiceError
 */
export function modelFiles(chosen: readonly HubFile[]): Choice {
  const files = chosen.filter(({ path }) => !LEFT.test(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  if (files.length === 0) throw new ChoiceError('no file of the repository is chosen: look at include and exclude');
  if (files.length > MAX_CHOSEN) throw new ChoiceError(`more than ${MAX_CHOSEN} files are chosen`);
  checkPaths(files);
  return { ...formatOf(files), files, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

function checkPaths(files: readonly HubFile[]): void {
  const seen = new Map<string, string>();
  for (const { path } of files) {
    if (!isManifestPath(path) || Buffer.byteLength(path) > 1024) throw new ChoiceError(`the repository names a file ${JSON.stringify(path.slice(0, 120))}, which cannot be a file of a model: leave it out with exclude`);
    const folded = path.toLowerCase();
    const twin = seen.get(folded);
    if (twin !== undefined) throw new ChoiceError(`the repository has ${JSON.stringify(twin)} and ${JSON.stringify(path)}, which are one file on some disks`);
    seen.set(folded, path);
  }
  for (const { path } of files) {
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      if (seen.has(path.slice(0, slash).toLowerCase())) throw new ChoiceError(`the repository uses ${JSON.stringify(path.slice(0, slash))} both as a file and as a directory`);
    }
  }
}

function formatOf(files: readonly HubFile[]): Pick<Choice, 'format' | 'entry'> {
  const gguf = files.map(({ path }) => path).filter(isGguf);
  if (files.some(({ path }) => isSafetensors(path))) {
    if (gguf.length > 0) throw new ChoiceError('both GGUF and safetensors weights are chosen: exclude one kind');
    return { format: 'safetensors', entry: '' };
  }
  if (gguf.length === 0) throw new ChoiceError('the repository holds neither safetensors nor GGUF weights');
  const shards = gguf.filter((path) => /-\d{5}-of-\d{5}\.gguf$/i.test(path)).sort();
  if (gguf.length > 1 && shards.length !== gguf.length) throw new ChoiceError(severalModels(gguf));
  const entry = shards[0] ?? gguf[0] ?? '';
  const announced = Number(/-of-(\d{5})\.gguf$/i.exec(entry)?.[1] ?? 1);
  if (announced !== gguf.length) throw new ChoiceError(announced < gguf.length ? severalModels(gguf) : `${gguf.length} of ${announced} parts of the model are chosen`);
  return { format: 'gguf', entry };
}

function severalModels(gguf: readonly string[]): string {
  return `the repository holds ${gguf.length} GGUF files of several models: choose one with include, such as ${JSON.stringify(gguf[0] ?? '')}; there are ${gguf.slice(0, 12).join(', ')}`;
}

function isSafetensors(path: string): boolean {
  return /\.safetensors$/i.test(path);
}

function isGguf(path: string): boolean {
  return /\.gguf$/i.test(path);
}
