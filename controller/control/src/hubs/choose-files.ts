import { isManifestPath } from '../models/index.js';
import { matchesGlob } from './glob.js';
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

export interface Wishes {
  /** Patterns; given, they take the place of the default choice. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

const MAX_CHOSEN = 5_000;
/** Written by us when a model is complete. */
const OURS = /^MANIFEST$/i;
const TAKEN = /\.(safetensors|gguf|json|model|jinja|py|tiktoken)$|(^|\/)(tokenizer[^/]*|vocab[^/]*|merges\.txt)$|^(README\.md|LICEN[CS]E[^/]*|NOTICE)$/i;
/** The same weights once more in another form, and projectors that belong to no model by themselves. */
const LEFT = /^original\/|(^|\/)consolidated[^/]*$|(^|\/)(pytorch_model|tf_model|flax_model)[^/]*$|\.(bin|pt|pth|ckpt|h5|msgpack|onnx|tflite|ot)$|(^|\/)mmproj[^/]*\.gguf$/i;

/**
 * Which files of a repository make the model. Without patterns: weights in safetensors, or in GGUF where there are no
 * safetensors, with everything that loads them; duplicates in other formats stay behind.
 * Paths are checked as what a stranger wrote: nothing leads out of a directory or names one file twice.
 * @throws ChoiceError
 */
export function chooseFiles(all: readonly HubFile[], { include, exclude }: Wishes): Choice {
  const excluded = (path: string) => exclude.some((pattern) => matchesGlob(pattern, path)) || OURS.test(path) || path.split('/').some((part) => part.startsWith('.git'));
  const offered = all.filter(({ path }) => !excluded(path));
  const chosen = include.length > 0 ? offered.filter(({ path }) => include.some((pattern) => matchesGlob(pattern, path))) : byDefault(offered);
  if (chosen.length === 0) throw new ChoiceError(include.length > 0 ? 'include: nothing in the repository matches' : 'the repository holds no model files');
  if (chosen.length > MAX_CHOSEN) throw new ChoiceError(`the repository holds more than ${MAX_CHOSEN} files`);
  checkPaths(chosen);
  const files = [...chosen].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { ...formatOf(files), files, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

function byDefault(offered: readonly HubFile[]): HubFile[] {
  const taken = offered.filter(({ path }) => TAKEN.test(path) && !LEFT.test(path));
  const hasSafetensors = taken.some(({ path }) => isSafetensors(path));
  return taken.filter(({ path }) => (hasSafetensors ? !isGguf(path) : true));
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
