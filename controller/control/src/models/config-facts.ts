import { parseBoundedJson } from './bounded-json.js';
import { parametersOfConfig } from './config-parameters.js';
import { readModelConfig } from './model-config.js';
import { ModelFileError } from './model-file-error.js';

export interface ConfigFacts {
  readonly parameterCount: number | null;
  readonly dataType: string | null;
  readonly contextLength: number | null;
}

/** What a `config.json` alone tells; undefined when it cannot be read. Parameters are those of its build, not counted from files. */
export function configFacts(bytes: Uint8Array): ConfigFacts | undefined {
  try {
    const config = readModelConfig(parseBoundedJson(bytes, { bytes: 2 ** 20, depth: 32 }));
    const { quantisation, dataType, contextLength } = config;
    return { parameterCount: parametersOfConfig(config)?.total ?? null, dataType: quantisation ? quantisation.method.toUpperCase() : dataType, contextLength };
  } catch (error) {
    if (error instanceof ModelFileError) return undefined;
    throw error;
  }
}
