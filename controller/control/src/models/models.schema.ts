import { z } from 'zod';
import { displayName, id, instant } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';
import { operationSchema } from '../operations/operations.schema.js';

export const modelSchema = z
  .object({
    id, name: z.string(), state: z.enum(['importing', 'ready', 'failed', 'deleting']), format: z.enum(['gguf', 'safetensors']),
    source: z.enum(['local', 'modelscope', 'huggingface', 'bundled']), sourcePath: z.string().nullable(),
    bytes: z.number(), fileCount: z.number().int(),
    /** null where the files do not tell. */
    parameterCount: z.number().nullable(), dataType: z.string().nullable(), contextLength: z.number().int().nullable(), architecture: z.string().nullable(),
    /** Nominal need after the guide's rule: weights × 1.2 + 2 GB. */
    memoryNeedBytes: z.number(),
    licence: z.string().nullable(), description: z.string(), storagePath: z.string(),
    operationId: id.nullable(), failure: z.string().nullable(),
    usedBy: z.array(z.object({ id, name: z.string() })),
    createdAt: instant, readyAt: instant.nullable(),
  })
  .meta({ id: 'Model' });

export const routes = defineRoutes({
  listModels: { method: 'GET', path: '/models', can: 'models.read', summary: 'The library', response: z.array(modelSchema) },
  getModel: { method: 'GET', path: '/models/:id', can: 'models.read', summary: 'One model', response: modelSchema },
  importModel: {
    method: 'POST', path: '/models/import', can: 'models.write', status: 202,
    summary: 'Import a GGUF file or a model directory from a path of the management node inside the allowed roots',
    body: z.object({ path: z.string().trim().min(1).max(4096), name: displayName.optional(), description: z.string().max(500).default('') }),
    response: z.object({ model: modelSchema, operation: operationSchema }).meta({ id: 'ModelImport' }),
  },
  importRoots: { method: 'GET', path: '/models/import-roots', can: 'models.write', summary: 'Directories that models may be imported from', response: z.array(z.string()) },
  deleteModel: { method: 'DELETE', path: '/models/:id', can: 'models.write', summary: 'Delete the files of a model; refused while a service uses it' },
});
