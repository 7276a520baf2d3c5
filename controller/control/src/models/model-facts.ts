import { examineModel } from './examine-model.js';
import { diskDirectory, type ListedFile } from './model-directory.js';
import { ModelFileError } from './model-file-error.js';
import type { ModelKind } from './model-kind.js';
import type { ModelShape } from './model-shape.js';

/** What the files of a model tell about it; null where they do not. */
export interface ModelFacts {
  readonly weightsBytes: number;
  readonly kind: ModelKind;
  readonly parameterCount: number | null;
  /** Of those that answer one token; null for models that use all of theirs. */
  readonly activeParameterCount: number | null;
  readonly dataType: string | null;
  /** Method and bits: "awq 4-bit", "fp8". */
  readonly quantisation: string | null;
  readonly contextLength: number | null;
  readonly architecture: string | null;
  readonly licence: string | null;
  readonly chatTemplate: boolean;
  readonly shape: ModelShape | null;
  /** Files that run code when loaded, or ask for it; null: none. */
  readonly codeFiles: readonly string[] | null;
}

/**
 * Reads a model's files in a directory.
 * @throws ModelFileError naming the first file that is damaged or not what its name says
 */
export async function readModelFacts(directory: string, format: 'gguf' | 'safetensors', files: readonly ListedFile[]): Promise<ModelFacts> {
  const { facts, findings } = await examineModel(diskDirectory(directory, files), format);
  if (facts) return facts;
  const wrong = findings.find(({ level }) => level === 'error');
  throw new ModelFileError(wrong ? `${wrong.file === null ? '' : `${wrong.file}: `}${wrong.message}` : 'the files do not tell what model they are');
}
