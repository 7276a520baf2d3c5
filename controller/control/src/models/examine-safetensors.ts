import { isObject, readBoundedJson } from './bounded-json.js';
import { shapeOfConfig } from './config-parameters.js';
import { countParameters } from './count-parameters.js';
import type { Findings } from './findings.js';
import { isManifestPath } from './manifest.js';
import { readModelConfig, type ModelConfig } from './model-config.js';
import type { ModelDirectory } from './model-directory.js';
import type { ModelFacts } from './model-facts.js';
import { ModelFileError } from './model-file-error.js';
import { readSafetensors, type Tensor } from './safetensors.js';

const CONFIG_LIMITS = { bytes: 2 ** 20, depth: 32 };
const INDEX_LIMITS = { bytes: 16 * 2 ** 20, depth: 4 };
const TOKENIZER_CONFIG_LIMITS = { bytes: 8 * 2 ** 20, depth: 32 };
/** Of all files of a model together. */
const MAX_TENSORS = 1_000_000;
const INDEX = 'model.safetensors.index.json';
const TOKENIZER = /^(tokenizer\.(json|model)|tokenizer_config\.json|vocab\.(json|txt)|[^/]+\.tiktoken)$/;
/** Pickles run code when they are loaded, Python when a configuration names it. */
const CODE = /\.(bin|pt|pth|pkl|ckpt|py)$/i;

type Tensors = ReadonlyMap<string, Tensor & { readonly file: string }>;

/** Looks at a Hugging Face style directory. @returns null when there is nothing to tell */
export async function examineSafetensors(directory: ModelDirectory, findings: Findings): Promise<ModelFacts | null> {
  const weights = weightFiles(directory);
  if (weights.length === 0) findings.fail('no-weights', null, 'no .safetensors file is there');
  const tensors = await readTensors(directory, weights, findings);
  await checkIndex(directory, weights, tensors, findings);
  const config = await readConfig(directory, findings);
  const tokenizer = await readTokenizer(directory, findings);
  if (!config) return null;
  const shape = shapeOfConfig(config);
  if (!shape) findings.warn('no-shape', 'config.json', 'config.json does not tell layers, width and heads: memory is only estimated roughly');
  const codeFiles = [
    ...directory.files.map(({ path }) => path).filter((path) => CODE.test(path)),
    ...(config.autoMap ? ['config.json (auto_map)'] : []), ...(tokenizer.autoMap ? ['tokenizer_config.json (auto_map)'] : []),
  ];
  return {
    kind: config.kind, weightsBytes: weights.reduce((sum, path) => sum + sizeOf(directory, path), 0), ...countParameters(tensors.values(), config),
    dataType: dataTypeOf(config, tensors, findings), quantisation: quantisationOf(config, findings), contextLength: config.contextLength, architecture: config.architecture,
    licence: null, shape, chatTemplate: tokenizer.chatTemplate || directory.files.some(({ path }) => /^chat_template\.(jinja|json)$/.test(path)),
    codeFiles: codeFiles.length > 0 ? codeFiles : null,
  };
}

/** Weights lie in the top directory; "consolidated" files are second copies. */
function weightFiles({ files }: ModelDirectory): readonly string[] {
  const all = files.map(({ path }) => path).filter((path) => /^[^/]+\.safetensors$/i.test(path)).sort();
  const usual = all.filter((path) => !path.startsWith('consolidated'));
  return usual.length > 0 ? usual : all;
}

async function readTensors(directory: ModelDirectory, weights: readonly string[], findings: Findings): Promise<Tensors> {
  const tensors = new Map<string, Tensor & { file: string }>();
  for (const file of weights) {
    await findings.guard(file, async () => {
      for (const tensor of await directory.read(file, readSafetensors)) {
        const other = tensors.get(tensor.name);
        if (other) throw new ModelFileError(`a tensor of it is in ${other.file}, too`);
        if (tensors.size >= MAX_TENSORS) throw new ModelFileError('the model has more tensors than any');
        tensors.set(tensor.name, { ...tensor, file });
      }
    });
  }
  return tensors;
}

/** Loaders join what an index names to the directory unchecked, so it must be plain names of files that are there. */
async function checkIndex(directory: ModelDirectory, weights: readonly string[], tensors: Tensors, findings: Findings): Promise<void> {
  if (!has(directory, INDEX)) return checkNumbering(weights, findings);
  const map = await findings.guard(INDEX, () => directory.read(INDEX, async (source) => weightMap(await readBoundedJson(source, INDEX_LIMITS))));
  if (!map) return;
  for (const shard of new Set(map.values())) {
    const shown = shard.slice(0, 100);
    if (!isManifestPath(shard) || shard.includes('/')) findings.fail('index-mismatch', INDEX, `names ${JSON.stringify(shown)}, which is not the plain name of a file`);
    else if (!weights.includes(shard)) findings.fail('missing-shard', shown, `${shown} is not there; ${INDEX} says it belongs to the model`);
  }
  if (findings.failed) return;
  const missing = [...map].filter(([name, shard]) => tensors.get(name)?.file !== shard);
  const unlisted = [...tensors.keys()].filter((name) => !map.has(name));
  if (missing.length > 0) findings.fail('index-mismatch', INDEX, `${missing.length} tensors are not in the files that the index names, first of them ${missing[0]?.[0].slice(0, 100) ?? ''}`);
  if (unlisted.length > 0) findings.warn('index-mismatch', INDEX, `${unlisted.length} tensors are in the files and not in the index: engines will not load them`);
}

function weightMap(document: unknown): ReadonlyMap<string, string> {
  const map = isObject(document) ? document['weight_map'] : undefined;
  if (!isObject(map)) throw new ModelFileError('has no weight_map', 'index-mismatch');
  return new Map(
    Object.entries(map).map(([name, shard]) => {
      if (typeof shard !== 'string') throw new ModelFileError('has a weight_map whose values are not names of files', 'index-mismatch');
      return [name, shard];
    }),
  );
}

function checkNumbering(weights: readonly string[], findings: Findings): void {
  const numbered = weights.flatMap((path) => /-(\d{5})-of-(\d{5})\.safetensors$/i.exec(path) ?? []);
  if (numbered.length === 0) return;
  const of = Number(numbered[2]);
  const there = new Set(weights.map((path) => Number(/-(\d{5})-of-/i.exec(path)?.[1] ?? 0)));
  const missing = Array.from({ length: Math.min(of, 5000) }, (_, index) => index + 1).filter((number) => !there.has(number));
  findings.warn('no-index', null, `${INDEX} is not there: some engines need it for a model of several files`);
  if (missing.length > 0) findings.fail('missing-shard', null, `${missing.length} of ${of} parts are missing, first of them number ${missing[0] ?? 0}`);
}

async function readConfig(directory: ModelDirectory, findings: Findings): Promise<ModelConfig | undefined> {
  if (has(directory, 'config.json')) return findings.guard('config.json', () => directory.read('config.json', async (source) => readModelConfig(await readBoundedJson(source, CONFIG_LIMITS))));
  findings.fail('no-config', null, 'there is no config.json beside the weights');
  return undefined;
}

async function readTokenizer(directory: ModelDirectory, findings: Findings): Promise<{ readonly chatTemplate: boolean; readonly autoMap: boolean }> {
  if (!directory.files.some(({ path }) => TOKENIZER.test(path))) findings.fail('no-tokenizer', null, 'there is no tokenizer (tokenizer.json, tokenizer.model or a vocabulary)');
  if (!has(directory, 'tokenizer_config.json')) return { chatTemplate: false, autoMap: false };
  const document = await findings.guard('tokenizer_config.json', () => directory.read('tokenizer_config.json', (source) => readBoundedJson(source, TOKENIZER_CONFIG_LIMITS)));
  if (!isObject(document)) return { chatTemplate: false, autoMap: false };
  return { chatTemplate: (document['chat_template'] ?? null) !== null, autoMap: isObject(document['auto_map']) };
}

function dataTypeOf({ dataType, quantisation }: ModelConfig, tensors: Tensors, findings: Findings): string | null {
  if (quantisation) return quantisation.method === 'mxfp4' ? 'MXFP4' : quantisation.method.includes('fp8') ? 'FP8' : quantisation.bits === null ? dataType : `INT${quantisation.bits}`;
  if (dataType !== null) return dataType;
  const counts = new Map<string, number>();
  for (const { dtype, elements } of tensors.values()) counts.set(dtype, (counts.get(dtype) ?? 0) + elements);
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  findings.warn('dtype-missing', 'config.json', `config.json does not name the type of the weights; most of them are ${most?.[0] ?? 'unknown'}`);
  return most?.[0] ?? null;
}

function quantisationOf({ quantisation }: ModelConfig, findings: Findings): string | null {
  if (!quantisation) return null;
  if (!quantisation.known) findings.warn('unknown-quantisation', 'config.json', `the quantisation ${quantisation.method} is not known here: engines may refuse it`);
  return quantisation.bits === null || quantisation.method.includes('fp') ? quantisation.method : `${quantisation.method} ${quantisation.bits}-bit`;
}

function has({ files }: ModelDirectory, path: string): boolean {
  return files.some((file) => file.path === path);
}

function sizeOf({ files }: ModelDirectory, path: string): number {
  return files.find((file) => file.path === path)?.bytes ?? 0;
}
