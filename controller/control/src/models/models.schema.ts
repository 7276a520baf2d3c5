import { z } from 'zod';
import { displayName, id, instant } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';
import { operationSchema } from '../operations/operations.schema.js';

export const modelSchema = z
  .object({
    id, name: z.string(), state: z.enum(['importing', 'downloading', 'ready', 'failed', 'deleting']), format: z.enum(['gguf', 'safetensors']),
    kind: z.enum(['llm', 'embedding', 'reranker', 'vision', 'audio']),
    source: z.enum(['local', 'modelscope', 'huggingface', 'bundled']), sourcePath: z.string().nullable(),
    repository: z.string().nullable(), revision: z.string().nullable(), variantId: z.string().nullable(), familyId: z.string().nullable(),
    bytes: z.number(), fileCount: z.number().int(),
    /** null where the files do not tell. */
    parameterCount: z.number().nullable(),
    /** Of those that answer one token; null for models that use all of theirs. */
    activeParameterCount: z.number().nullable(),
    dataType: z.string().nullable(), quantisation: z.string().nullable(), contextLength: z.number().int().nullable(), architecture: z.string().nullable(),
    /** What planning uses; null where config or headers do not tell. */
    shape: z
      .object({
        layers: z.number(), hiddenSize: z.number(), heads: z.number(), kvHeads: z.number(), keyLength: z.number(), valueLength: z.number(),
        latentWidth: z.number().nullable(), intermediateSize: z.number().nullable(), vocabularySize: z.number().nullable(),
        slidingWindow: z.number().nullable().optional(), expertIntermediateSize: z.number().nullable().optional(),
      })
      .nullable(),
    chatTemplate: z.boolean(),
    /** Files that can run code when loaded (.bin, .pt, .py) or a config that asks for it: an administrator must approve. */
    codeRisk: z.object({ files: z.array(z.string()), approved: z.boolean() }).nullable(),
    /** Nominal need after the guide's rule: weights × 1.2 + 2 GB. */
    memoryNeedBytes: z.number(),
    licence: z.string().nullable(), description: z.string(), storagePath: z.string(),
    /** The files stay where they were and are not ours to delete. */
    inPlace: z.boolean(), inPlaceNodeId: id.nullable(),
    operationId: id.nullable(), failure: z.string().nullable(),
    usedBy: z.array(z.object({ id, name: z.string() })),
    createdAt: instant, readyAt: instant.nullable(), verifiedAt: instant.nullable(),
  })
  .meta({ id: 'Model' });

/** What a look at a directory or a file found, before anything is registered. */
export const importReportSchema = z
  .object({
    path: z.string(), importable: z.boolean(), suggestedName: z.string(), format: z.enum(['gguf', 'safetensors']).nullable(), bytes: z.number(), fileCount: z.number().int(),
    architecture: z.string().nullable(), parameterCount: z.number().nullable(), dataType: z.string().nullable(), contextLength: z.number().int().nullable(),
    findings: z.array(z.object({ level: z.enum(['ok', 'warning', 'error']), code: z.string(), file: z.string().nullable(), message: z.string() })),
    freeBytes: z.number(),
  })
  .meta({ id: 'ImportReport' });

const place = { path: z.string().trim().min(1).max(4096), /** null: the management node. */ nodeId: id.nullable().default(null) };

export const routes = defineRoutes({
  listModels: { method: 'GET', path: '/models', can: 'models.read', summary: 'The library', response: z.array(modelSchema) },
  getModel: { method: 'GET', path: '/models/:id', can: 'models.read', summary: 'One model', response: modelSchema },
  inspectImport: {
    method: 'POST', path: '/models/inspect', can: 'models.write', status: 200, summary: 'Look at a path and say what is there, what is missing and what is damaged; changes nothing',
    body: z.object(place), response: importReportSchema,
  },
  importModel: {
    method: 'POST', path: '/models/import', can: 'models.write', status: 202,
    summary: 'Import a GGUF file or a model directory from a path inside the allowed roots: copied, or registered where it is',
    body: z.object({ ...place, mode: z.enum(['copy', 'in-place']).default('copy'), name: displayName.optional(), description: z.string().max(500).default('') }),
    response: z.object({ model: modelSchema, operation: operationSchema }).meta({ id: 'ModelImport' }),
  },
  importRoots: { method: 'GET', path: '/models/import-roots', can: 'models.write', summary: 'Directories of the management node that models may be imported from', response: z.array(z.string()) },
  updateModel: {
    method: 'PATCH', path: '/models/:id', can: 'models.write', summary: 'Change the description, or approve files that can run code',
    body: z.object({ description: z.string().max(500).optional(), approveCode: z.boolean().optional() }), response: modelSchema,
  },
  modelFiles: {
    method: 'GET', path: '/models/:id/files', can: 'models.read', summary: 'The manifest',
    response: z.object({ digest: z.string().nullable(), files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string().nullable() })) }).meta({ id: 'ModelFiles' }),
  },
  modelReadme: {
    method: 'GET', path: '/models/:id/readme', can: 'models.read', summary: 'The model’s own description as Markdown, untrusted: show it sanitised only',
    response: z.object({ markdown: z.string(), truncated: z.boolean() }).meta({ id: 'ModelReadme' }),
  },
  modelSpace: {
    method: 'GET', path: '/models/space', can: 'models.read', summary: 'Disk space of the library',
    response: z.object({ path: z.string(), totalBytes: z.number(), freeBytes: z.number(), modelBytes: z.number(), partialBytes: z.number() }).meta({ id: 'ModelSpace' }),
  },
  deleteModel: { method: 'DELETE', path: '/models/:id', can: 'models.write', summary: 'Delete the files of a model here and on all nodes; refused while a service uses it' },
});
