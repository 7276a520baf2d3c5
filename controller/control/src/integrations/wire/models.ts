import { Model_Format, Model_Source, Model_State, type Model } from '@openstation/proto';
import type { ModelView } from '../../models/index.js';
import { ms, msOrNone } from './instants.js';

const states: Readonly<Record<ModelView['state'], Model_State>> = {
  importing: Model_State.IMPORTING, downloading: Model_State.DOWNLOADING, ready: Model_State.READY, failed: Model_State.FAILED, deleting: Model_State.DELETING,
};
const formats: Readonly<Record<ModelView['format'], Model_Format>> = { gguf: Model_Format.GGUF, safetensors: Model_Format.SAFETENSORS };
const sources: Readonly<Record<ModelView['source'], Model_Source>> = {
  local: Model_Source.LOCAL, modelscope: Model_Source.MODELSCOPE, huggingface: Model_Source.HUGGINGFACE, bundled: Model_Source.BUNDLED,
};

export function modelToWire(view: ModelView): Model {
  const { id, name, bytes, fileCount, memoryNeedBytes, description, storagePath, usedBy } = view;
  return {
    id, name, bytes, fileCount, memoryNeedBytes, description, storagePath, usedBy, state: states[view.state], format: formats[view.format], source: sources[view.source],
    sourcePath: view.sourcePath ?? undefined, parameterCount: view.parameterCount ?? undefined, dataType: view.dataType ?? undefined, contextLength: view.contextLength ?? undefined,
    architecture: view.architecture ?? undefined, licence: view.licence ?? undefined, operationId: view.operationId ?? undefined, failure: view.failure ?? undefined,
    createdAtMs: ms(view.createdAt), readyAtMs: msOrNone(view.readyAt),
  };
}
