import { matchesGlob } from './glob.js';

export interface RepositoryFile {
  readonly path: string;
  readonly bytes: number;
}

export interface FileChoice {
  readonly format: 'safetensors' | 'gguf' | null;
  /** Paths to fetch. */
  readonly selected: ReadonlySet<string>;
}

/** What belongs to a model beside its weights; code is among it and flagged once it is here. */
const COMPANION = /\.(json|txt|model|jinja|tiktoken|py)$|(^|\/)(LICENSE|LICENCE|NOTICE)[^/]*$|^README\.md$/i;
/** Second copies in other formats, and papers’ pictures. */
const NEVER = /(^|\/)\.|^(original|metal|onnx|openvino|coreml)\/|^consolidated/i;
const SHARD = /-\d{5}-of-\d{5}\.gguf$/i;
/** Which of several quantisations is taken when nobody says: a fair balance first. */
const PREFERRED = ['q4_k_m', 'q5_k_m', 'q8_0', 'q6_k', 'q4_0', 'f16', 'bf16'];

/**
 * Which files of a repository make the model. Patterns of the variant decide alone, except that licence and description
 * come along; without any, one set of weights with its configuration, tokenizer and code. Pure.
 */
export function chooseFiles(files: readonly RepositoryFile[], { include, exclude }: { include: readonly string[]; exclude: readonly string[] }): FileChoice {
  const open = files.filter(({ path }) => !exclude.some((pattern) => matchesGlob(path, pattern)));
  const chosen = include.length > 0 ? open.filter(({ path }) => include.some((pattern) => matchesGlob(path, pattern)) || isPaper(path)) : byRule(open);
  const format = chosen.some(({ path }) => isGguf(path)) ? 'gguf' : chosen.some(({ path }) => isSafetensors(path)) ? 'safetensors' : null;
  return { format, selected: new Set(chosen.map(({ path }) => path)) };
}

function byRule(files: readonly RepositoryFile[]): readonly RepositoryFile[] {
  const usual = files.filter(({ path }) => !NEVER.test(path));
  const safetensors = usual.filter(({ path }) => isSafetensors(path));
  const weights = safetensors.length > 0 ? safetensors : oneGguf(usual.filter(({ path }) => isGguf(path)));
  const companions = usual.filter(({ path }) => COMPANION.test(path) && !isGguf(path) && !isSafetensors(path));
  return [...weights, ...companions];
}

/** One file, or all shards of one model: several quantisations in a repository are several models. */
function oneGguf(files: readonly RepositoryFile[]): readonly RepositoryFile[] {
  const models = new Map<string, RepositoryFile[]>();
  for (const file of files) {
    const name = file.path.replace(SHARD, '').toLowerCase();
    if (!name.includes('mmproj')) models.set(name, [...(models.get(name) ?? []), file]);
  }
  const names = [...models.keys()].sort();
  const best = PREFERRED.flatMap((word) => names.filter((name) => name.includes(word)))[0] ?? names[0];
  return best === undefined ? [] : (models.get(best) ?? []);
}

function isGguf(path: string): boolean {
  return /\.gguf$/i.test(path);
}

function isSafetensors(path: string): boolean {
  return /\.safetensors$/i.test(path);
}

function isPaper(path: string): boolean {
  return /^(README\.md|LICENSE|LICENCE|NOTICE)$/i.test(path);
}
