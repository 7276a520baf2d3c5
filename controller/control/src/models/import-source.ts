import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { isManifestPath } from './manifest.js';

/** Why a path cannot be imported; for people. */
export class ImportSourceError extends Error {}

export interface ImportSource {
  readonly format: 'gguf' | 'safetensors';
  /** Directory that the files lie in. */
  readonly root: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  /** Left behind: not part of a model, or code. */
  readonly skipped: readonly string[];
  /** What an engine is pointed at; empty: the directory. */
  readonly entry: string;
  readonly suggestedName: string;
}

const TAKEN = /\.(gguf|safetensors|json|txt|model|jinja|md|tiktoken)$|^(LICENSE|LICENCE|NOTICE)$/i;
const MAX_FILES = 5_000;
const MAX_DEPTH = 3;

/**
 * Looks at a path somebody wants to import: a GGUF file, or a directory with one GGUF model or with safetensors,
 * `config.json` and a tokenizer. Links are followed for the path itself and never below it, and the end must lie
 * inside an allowed root.
 * @throws ImportSourceError
 */
export async function inspectSource(path: string, roots: readonly string[]): Promise<ImportSource> {
  const real = await insideRoots(path, roots);
  const stat = await lstat(real);
  if (stat.isFile()) return ggufFile(real, stat.size);
  if (!stat.isDirectory()) throw new ImportSourceError('is neither a file nor a directory');
  const { files, skipped } = await listFiles(real);
  const gguf = files.filter(({ path: file }) => /\.gguf$/i.test(file));
  if (gguf.length > 0) return ggufDirectory(real, files, skipped, gguf.map((file) => file.path));
  if (!files.some(({ path: file }) => /\.safetensors$/i.test(file))) throw new ImportSourceError('holds neither a .gguf nor a .safetensors file');
  if (!files.some(({ path: file }) => file === 'config.json')) throw new ImportSourceError('has no config.json beside its weights');
  if (!files.some(({ path: file }) => /^(tokenizer\.(json|model)|tokenizer_config\.json|vocab\.json)$/.test(file))) throw new ImportSourceError('has no tokenizer (tokenizer.json or tokenizer.model)');
  return { format: 'safetensors', root: real, files, skipped, entry: '', suggestedName: nameFrom(basename(real)) };
}

async function insideRoots(path: string, roots: readonly string[]): Promise<string> {
  if (!path.startsWith('/')) throw new ImportSourceError('must be an absolute path of the management node');
  const real = await realpath(resolve(path)).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ImportSourceError(code === 'ENOENT' ? 'does not exist on the management node' : `cannot be read (${code ?? message})`);
  });
  for (const root of roots) {
    const realRoot = await realpath(root).catch(() => undefined);
    if (realRoot !== undefined && (real === realRoot || real.startsWith(realRoot === sep ? sep : realRoot + sep))) return real;
  }
  throw new ImportSourceError(`lies outside the directories that models may be imported from: ${roots.join(', ') || 'none is configured (models.importRoots)'}`);
}

function ggufFile(real: string, bytes: number): ImportSource {
  const name = basename(real);
  if (!/\.gguf$/i.test(name)) throw new ImportSourceError('is a single file but not a .gguf; name the directory of a safetensors model');
  if (!isManifestPath(name)) throw new ImportSourceError('has a file name with characters that are not allowed');
  return { format: 'gguf', root: resolve(real, '..'), files: [{ path: name, bytes }], skipped: [], entry: name, suggestedName: nameFrom(name) };
}

/** Several GGUF files are one model only as numbered shards; the engine opens the first. */
function ggufDirectory(root: string, files: ImportSource['files'], skipped: readonly string[], gguf: readonly string[]): ImportSource {
  const shards = gguf.filter((file) => /-\d{5}-of-\d{5}\.gguf$/i.test(file)).sort();
  if (gguf.length > 1 && shards.length !== gguf.length) throw new ImportSourceError(`holds ${gguf.length} GGUF models; name one file`);
  const entry = shards[0] ?? gguf[0] ?? '';
  const announced = Number(/-of-(\d{5})\.gguf$/i.exec(entry)?.[1] ?? gguf.length);
  if (announced !== gguf.length) throw new ImportSourceError(`has ${gguf.length} of ${announced} parts of the model`);
  return { format: 'gguf', root, files, skipped, entry, suggestedName: nameFrom(basename(root)) };
}

async function listFiles(root: string): Promise<{ files: { path: string; bytes: number }[]; skipped: string[] }> {
  const files: { path: string; bytes: number }[] = [];
  const skipped: string[] = [];
  const walk = async (directory: string, depth: number): Promise<void> => {
    for (const item of await readdir(directory, { withFileTypes: true })) {
      const full = join(directory, item.name);
      const path = relative(root, full).split(sep).join('/');
      if (item.isDirectory() && depth < MAX_DEPTH && !item.name.startsWith('.')) await walk(full, depth + 1);
      else if (item.isFile() && TAKEN.test(item.name) && isManifestPath(path)) files.push({ path, bytes: (await lstat(full)).size });
      else skipped.push(path);
      if (files.length > MAX_FILES) throw new ImportSourceError(`holds more than ${MAX_FILES} files`);
    }
  };
  await walk(root, 0);
  const folded = new Set(files.map(({ path }) => path.toLowerCase()));
  if (folded.size !== files.length) throw new ImportSourceError('holds files whose names differ only in upper and lower case');
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), skipped };
}

/** A name people may type as model id. */
function nameFrom(fileName: string): string {
  const bare = fileName.replace(/\.gguf$/i, '').replace(/-\d{5}-of-\d{5}$/, '').normalize('NFC');
  return bare.replace(/[^\p{L}\p{N}._:-]+/gu, '-').replace(/^[^\p{L}\p{N}]+/u, '').slice(0, 64) || 'model';
}
