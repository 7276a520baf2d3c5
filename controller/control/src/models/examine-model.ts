import type { ByteSource } from './byte-source.js';
import { examineSafetensors } from './examine-safetensors.js';
import { Findings, type Finding } from './findings.js';
import { readGguf } from './gguf.js';
import { ggufFacts } from './gguf-facts.js';
import type { ModelDirectory } from './model-directory.js';
import type { ModelFacts } from './model-facts.js';

export interface Examination {
  readonly findings: readonly Finding[];
  /** Null when something is wrong that nobody can work around. */
  readonly facts: ModelFacts | null;
}

/** Reads the headers and small files of a model, says everything that is wrong with them, and what they tell. */
export async function examineModel(directory: ModelDirectory, format: 'gguf' | 'safetensors'): Promise<Examination> {
  const findings = new Findings();
  const facts = format === 'gguf' ? await examineGguf(directory, findings) : await examineSafetensors(directory, findings);
  if (facts?.kind === 'llm' && !facts.chatTemplate) findings.warn('no-chat-template', null, 'there is no chat template: engines will refuse chats, or guess one');
  if (facts?.codeFiles) findings.warn('code', facts.codeFiles[0] ?? null, `an administrator must approve it before it is deployed: ${facts.codeFiles.slice(0, 10).join(', ')} can run code when the model is loaded`);
  return { findings: findings.list, facts: findings.failed ? null : facts };
}

async function examineGguf(directory: ModelDirectory, findings: Findings): Promise<ModelFacts | null> {
  const weights = directory.files.filter(({ path }) => /\.gguf$/i.test(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  const parts = [];
  for (const { path } of weights) {
    const facts = await findings.guard(path, () => directory.read(path, async (source: ByteSource) => ggufFacts(await readGguf(source))));
    if (facts) parts.push(facts);
  }
  const [first] = parts;
  if (!first) {
    if (weights.length === 0) findings.fail('no-weights', null, 'no GGUF file is there');
    return null;
  }
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const active = parts.map((part) => part.activeParameterCount ?? part.parameterCount);
  const { kind, dataType, contextLength, architecture, licence, chatTemplate, shape } = first;
  return {
    kind, dataType, contextLength, architecture, licence, chatTemplate, shape, quantisation: null, codeFiles: null, weightsBytes: sum(weights.map(({ bytes }) => bytes)),
    parameterCount: sum(parts.map(({ parameterCount }) => parameterCount)), activeParameterCount: first.activeParameterCount === null ? null : sum(active),
  };
}
