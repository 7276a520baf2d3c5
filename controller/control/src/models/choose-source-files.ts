import type { Findings } from './findings.js';

export interface SourceChoice<F> {
  readonly format: 'gguf' | 'safetensors' | null;
  readonly files: readonly F[];
  readonly skipped: readonly string[];
  /** What an engine is pointed at; empty: the directory. */
  readonly entry: string;
}

const TAKEN = /\.(gguf|safetensors|json|txt|model|jinja|md|tiktoken)$|^(LICENSE|LICENCE|NOTICE)$/i;
const PICKLE = /\.(bin|pt|pth|pkl|ckpt)$/i;

/**
 * Which files of a directory make the model, and what is wrong with the choice. Python goes along only where a configuration
 * asks for it; pickles never do: they are second copies, or a model we do not take. Pure.
 * @param asksForCode a configuration has an auto_map
 */
export function chooseSourceFiles<F extends { readonly path: string }>(all: readonly F[], named: string | undefined, asksForCode: boolean, findings: Findings): SourceChoice<F> {
  const taken = (path: string) => TAKEN.test(path) || (asksForCode && /^[^/]+\.py$/.test(path));
  const files = all.filter(({ path }) => taken(path));
  const skipped = all.map(({ path }) => path).filter((path) => !taken(path));
  const gguf = files.filter(({ path }) => /\.gguf$/i.test(path)).map(({ path }) => path);
  if (named !== undefined && gguf.length === 0) findings.fail('not-a-model', named, 'is a single file but not a .gguf; name the directory of a safetensors model');
  const folded = new Set(files.map(({ path }) => path.toLowerCase()));
  if (folded.size !== files.length) findings.fail('case-collision', null, 'holds files whose names differ only in upper and lower case');
  if (gguf.length > 0) return { format: 'gguf', files, skipped, entry: ggufEntry(gguf, findings) };
  const pickles = skipped.filter((path) => PICKLE.test(path));
  if (files.some(({ path }) => /^[^/]+\.safetensors$/i.test(path))) {
    if (pickles.length > 0) findings.warn('pickle-files', pickles[0] ?? null, `${pickles.length} files that can run code when loaded are left behind; the safetensors are taken`);
    return { format: 'safetensors', files, skipped, entry: '' };
  }
  if (pickles.length > 0) findings.fail('pickle-only', pickles[0] ?? null, 'holds its weights only in a form that can run code when loaded (.bin, .pt): convert them to safetensors');
  else if (named === undefined) findings.fail('no-weights', null, 'holds neither a .gguf nor a .safetensors file');
  return { format: null, files, skipped, entry: '' };
}

/** Several GGUF files are one model only as numbered shards; the engine opens the first. */
function ggufEntry(gguf: readonly string[], findings: Findings): string {
  const shards = gguf.filter((file) => /-\d{5}-of-\d{5}\.gguf$/i.test(file)).sort();
  const entry = shards[0] ?? gguf[0] ?? '';
  if (gguf.length > 1 && shards.length !== gguf.length) findings.fail('several-models', gguf[0] ?? null, `holds ${gguf.length} GGUF models; name one file`);
  else {
    const announced = Number(/-of-(\d{5})\.gguf$/i.exec(entry)?.[1] ?? gguf.length);
    if (announced !== gguf.length) findings.fail('missing-shard', entry, `has ${gguf.length} of ${announced} parts of the model`);
  }
  return entry;
}

/** A name people may type as model id. */
export function nameFrom(fileName: string): string {
  const bare = fileName.replace(/\.gguf$/i, '').replace(/-\d{5}-of-\d{5}$/, '').normalize('NFC');
  return bare.replace(/[^\p{L}\p{N}._:-]+/gu, '-').replace(/^[^\p{L}\p{N}]+/u, '').slice(0, 64) || 'model';
}
