import { z } from 'zod';
import { displayName, id } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';

export const hub = z.enum(['modelscope', 'huggingface']);
export const modelKind = z.enum(['llm', 'embedding', 'reranker', 'vision', 'audio']);
/** owner/name */
export const repositoryId = z.string().trim().max(200).regex(/^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/, 'must look like owner/name');
const pattern = z.string().min(1).max(200);

/** What the catalog says of one downloadable thing; facts of the files themselves win once they are there. */
export const variantSchema = z
  .object({
    /** `<family>/<variant>`. */
    id: z.string(),
    /** On the chip: "1.5B", "7B Q4_K_M". */
    label: z.string().min(1).max(32),
    /** Name of the model in the library. */
    name: displayName,
    repositories: z.object({ modelscope: repositoryId.nullable(), huggingface: repositoryId.nullable() }),
    /** Branch, tag or commit; null: the hub's default. */
    revision: z.string().max(128).nullable(),
    include: z.array(pattern).max(50), exclude: z.array(pattern).max(50),
    format: z.enum(['safetensors', 'gguf']), parameterCount: z.number().nullable(),
    /** Of those that answer one token; differs from `parameterCount` for mixtures of experts. */
    activeParameterCount: z.number().nullable(),
    dataType: z.string().max(32).nullable(), bytes: z.number().nullable(), memoryNeedBytes: z.number().nullable(), contextLength: z.number().int().nullable(),
    licence: z.string().max(64).nullable(),
    /** Recommended parameters by engine, as typed: `--reasoning-parser deepseek_r1`. */
    engineParameters: z.record(z.string(), z.string().max(500)),
  })
  .meta({ id: 'ModelVariant' });

/** A variant with how far it is here. */
export const variantViewSchema = variantSchema
  .extend({
    modelId: id.nullable(),
    /** absent → queued → downloading ⇄ paused → ready | failed */
    state: z.enum(['absent', 'queued', 'downloading', 'paused', 'ready', 'failed']),
    percent: z.number(), downloadId: id.nullable(),
  })
  .meta({ id: 'ModelVariantView' });

const familyFields = {
  name: z.string().trim().min(1).max(64), provider: z.string().trim().max(64), description: z.string().max(1000), descriptionZh: z.string().max(1000),
  kind: modelKind, contextLength: z.number().int().nullable(),
  /** Word of a bundled drawing: "deepseek", "qwen", "glm", "llama" …; others get initials. */
  logo: z.string().max(32),
};

export const familySchema = z
  .object({ id: z.string(), ...familyFields, origin: z.enum(['shipped', 'own']), edited: z.boolean(), hidden: z.boolean(), variants: z.array(variantViewSchema) })
  .meta({ id: 'ModelFamily' });

export const cardInput = z
  .object({ ...familyFields, variants: z.array(variantSchema.omit({ id: true }).extend({ id: z.string().max(64).optional() })).min(1).max(64) })
  .meta({ id: 'ModelCardInput' });

export const repositoryLookupSchema = z
  .object({
    hub, repository: z.string(), revision: z.string(), licence: z.string().nullable(), gated: z.boolean(),
    files: z.array(z.object({ path: z.string(), bytes: z.number(), selected: z.boolean() })), selectedBytes: z.number(),
    format: z.enum(['safetensors', 'gguf']).nullable(), parameterCount: z.number().nullable(), dataType: z.string().nullable(), contextLength: z.number().int().nullable(),
  })
  .meta({ id: 'RepositoryLookup' });

export const routes = defineRoutes({
  listFamilies: {
    method: 'GET', path: '/catalog', can: 'models.read', summary: 'Model families with their variants and how far each is here',
    query: z.object({ hidden: z.stringbool().default(false) }), response: z.array(familySchema),
  },
  createCard: { method: 'POST', path: '/catalog', can: 'models.write', status: 201, summary: 'Add a model card of one’s own', body: cardInput, response: familySchema },
  updateCard: { method: 'PUT', path: '/catalog/:id', can: 'models.write', summary: 'Edit a card; a shipped one keeps its original beside the edit', body: cardInput, response: familySchema },
  hideCard: { method: 'POST', path: '/catalog/:id/hidden', can: 'models.write', summary: 'Hide a card or show it again', body: z.object({ hidden: z.boolean() }), response: familySchema },
  deleteCard: { method: 'DELETE', path: '/catalog/:id', can: 'models.write', summary: 'Delete one’s own card, or take back the edits of a shipped one; models stay' },
  lookUpRepository: {
    method: 'POST', path: '/catalog/lookup', can: 'models.write', status: 200, summary: 'What a repository of a hub holds; downloads nothing but small text files',
    body: z.object({ hub, repository: repositoryId, revision: z.string().max(128).nullable().default(null), include: z.array(pattern).max(50).default([]), exclude: z.array(pattern).max(50).default([]) }),
    response: repositoryLookupSchema,
  },
});
