import { z } from 'zod';
import { defineRoutes } from '../http/route.js';

/** An engine of an administrator’s own. */
export const customEngineId = z.templateLiteral(['custom-', z.string().regex(/^[a-z0-9][a-z0-9-]{0,23}$/)]);
export const engineId = z.union([z.enum(['llama-cpp', 'llama-cpp-gpu', 'vllm', 'vllm-cpu', 'sglang']), customEngineId]);

const urlPath = z.string().max(200).regex(/^\/[A-Za-z0-9/_.-]*$/, 'must be a path like /health');

export const engineSchema = z
  .object({
    id: engineId, name: z.string(), hardware: z.enum(['cpu', 'gpu']), formats: z.array(z.enum(['gguf', 'safetensors'])), description: z.string(),
    parameters: z.array(z.object({ flag: z.string(), type: z.enum(['integer', 'number', 'string', 'boolean', 'choice']), choices: z.array(z.string()), description: z.string() })),
  })
  .meta({ id: 'Engine' });

/**
 * An engine of an administrator’s own: an image and a pattern of arguments. The node fills in `{model_path}`, `{host}`, `{port}`, `{served_name}` and
 * `{api_key_file}`, the plan `{context_length}`, `{parallel}` and `{cards}`. Ready is what answers 200 at the health path.
 */
export const customEngineSchema = z
  .object({
    id: customEngineId, name: z.string().trim().min(1).max(64), hardware: z.enum(['cpu', 'gpu']), formats: z.array(z.enum(['gguf', 'safetensors'])).min(1),
    image: z.string().trim().min(1).max(255), entrypoint: z.array(z.string().min(1).max(500)).min(1).max(16), argv: z.array(z.string().min(1).max(500)).max(128), env: z.record(z.string().regex(/^[A-Z_][A-Z0-9_]{0,63}$/, 'must be capitals, digits and _'), z.string().max(1000)),
    healthPath: urlPath, metricsPath: urlPath.nullable(), description: z.string().max(500),
  })
  .meta({ id: 'CustomEngine' });

/** Where the images of an engine come from. `image` is what services start from now on; `version` its tag or digest. */
export const engineImageSchema = z
  .object({
    engine: z.string(), version: z.string(), image: z.string(), defaultImage: z.string(), overridden: z.boolean(), mirror: z.string().nullable(),
    /** Nodes whose policy files would not permit it, as their agents told, and what to put there; always empty for images as shipped, which are the nodes' own. */
    refusedBy: z.array(z.object({ nodeId: z.string(), nodeName: z.string(), code: z.enum(['repository', 'digest', 'unknown']), message: z.string(), policy: z.string() })),
  })
  .meta({ id: 'EngineImage' });

export const routes = defineRoutes({
  listEngineImages: { method: 'GET', path: '/engine-images', can: 'services.read', summary: 'Images and versions of the engines', response: z.array(engineImageSchema) },
  setEngineImage: {
    method: 'PUT', path: '/engine-images/:id', can: 'settings.write', summary: 'Another image for an engine, or the shipped one by way of a registry mirror; null takes the shipped one. Nodes still check their own policy',
    body: z.object({ image: z.string().trim().min(1).max(255).nullable(), mirror: z.string().trim().min(1).max(128).nullable().default(null) }), response: engineImageSchema,
  },
  listCustomEngines: { method: 'GET', path: '/custom-engines', can: 'services.read', summary: 'Engines of one’s own', response: z.array(customEngineSchema) },
  saveCustomEngine: { method: 'PUT', path: '/custom-engines/:id', can: 'settings.write', summary: 'Add or change an engine of one’s own', body: customEngineSchema.omit({ id: true }), response: customEngineSchema },
  deleteCustomEngine: { method: 'DELETE', path: '/custom-engines/:id', can: 'settings.write', summary: 'Delete an engine of one’s own; refused while a service uses it' },
  listEngines: { method: 'GET', path: '/engines', can: 'services.read', summary: 'Engines and the parameters they take', response: z.array(engineSchema) },
});
