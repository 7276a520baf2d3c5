import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { waitFor } from '@openstation/kit';
import { UserError } from '../install/index.js';
import type { Model } from '../rest/index.js';
import type { Step } from '../steps/index.js';
import type { QuickstartContext } from './context.js';
import { modelNameOf } from './model-name.js';

const IMPORT_MS = 30 * 60_000;

/** The model in the library, imported once. A file of the same name and other content gets a name of its own. */
export const modelStep: Step<QuickstartContext> = {
  title: 'model',
  check: async (context) => {
    const { size } = await stat(context.modelPath);
    const models = await context.client.models();
    context.modelName = await freeName(context.modelPath, size, models);
    const found = models.find((model) => model.name === context.modelName);
    if (found?.state !== 'ready') return undefined;
    context.modelId = found.id;
    return `${found.name}, ${megabytes(found.bytes)}, imported before`;
  },
  apply: async (context, tell, signal) => {
    const { client, modelPath, modelName } = context;
    const before = (await client.models()).find((model) => model.name === modelName);
    const model = before?.state === 'importing' ? before : (await client.importModel(modelPath, modelName)).model;
    context.modelId = model.id;
    await waitFor(
      async () => {
        const { state, failure } = await client.model(model.id);
        tell(`importing ${modelPath} (${state})`);
        return state === 'ready' || state === 'failed' ? { failure } : undefined;
      },
      { what: `import of ${modelPath}`, timeoutMs: IMPORT_MS, everyMs: 50, signal },
    );
  },
  verify: async ({ client, modelId }) => {
    const model = await client.model(modelId);
    if (model.state !== 'ready') throw new UserError(`the model could not be imported: ${model.failure ?? model.state}`);
    return `${model.name}, ${megabytes(model.bytes)}`;
  },
};

async function freeName(path: string, bytes: number, models: readonly Model[]): Promise<string> {
  const name = modelNameOf(path);
  const holder = models.find((model) => model.name === name && model.state !== 'failed');
  if (!holder || holder.sourcePath === path || holder.bytes === bytes) return name;
  return `${name}-${(await sha256(path)).slice(0, 7)}`;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest('hex');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
