import { z } from 'zod';
import { defineRoutes } from '../http/route.js';

export const engineId = z.enum(['llama-cpp', 'vllm', 'vllm-cpu', 'sglang']);

export const engineSchema = z
  .object({
    id: engineId, name: z.string(), hardware: z.enum(['cpu', 'gpu']), formats: z.array(z.enum(['gguf', 'safetensors'])), description: z.string(),
    parameters: z.array(z.object({ flag: z.string(), type: z.enum(['integer', 'number', 'string', 'boolean', 'choice']), choices: z.array(z.string()), description: z.string() })),
  })
  .meta({ id: 'Engine' });

/** An engine of an administrator’s own: an image and a pattern of arguments. `{model}`, `{port}`, `{name}`, `{context}`, `{parallel}`, `{cards}` are filled in by the node. */
export const customEngineSchema = z
  .object({
    id: z.string().regex(/^custom-[a-z0-9-]{1,24}$/, 'must look like custom-name'), name: z.string().trim().min(1).max(64), hardware: z.enum(['cpu', 'gpu']), formats: z.array(z.enum(['gguf', 'safetensors'])).min(1),
    image: z.string().trim().min(1).max(255), entrypoint: z.array(z.string().max(500)).max(16), argv: z.array(z.string().max(500)).max(128), env: z.record(z.string().max(64), z.string().max(1000)),
    healthPath: z.string().startsWith('/').max(200), metricsPath: z.string().startsWith('/').max(200).nullable(), description: z.string().max(500),
  })
  .meta({ id: 'CustomEngine' });

/** Where the images of an engine come from; null: as shipped. */
export const engineImageSchema = z
  .object({ engine: z.string(), version: z.string(), image: z.string(), defaultImage: z.string(), overridden: z.boolean() })
  .meta({ id: 'EngineImage' });

export const routes = defineRoutes({
  listEngineImages: { pending: true, method: 'GET', path: '/engine-images', can: 'services.read', summary: 'Images and versions of the engines', response: z.array(engineImageSchema) },
  setEngineImage: {
    pending: true, method: 'PUT', path: '/engine-images/:id', can: 'settings.write', summary: 'Another image for an engine; null takes the shipped one. Nodes still check their own policy',
    body: z.object({ image: z.string().trim().min(1).max(255).nullable() }), response: engineImageSchema,
  },
  listCustomEngines: { pending: true, method: 'GET', path: '/custom-engines', can: 'services.read', summary: 'Engines of one’s own', response: z.array(customEngineSchema) },
  saveCustomEngine: { pending: true, method: 'PUT', path: '/custom-engines/:id', can: 'settings.write', summary: 'Add or change an engine of one’s own', body: customEngineSchema.omit({ id: true }), response: customEngineSchema },
  deleteCustomEngine: { pending: true, method: 'DELETE', path: '/custom-engines/:id', can: 'settings.write', summary: 'Delete an engine of one’s own; refused while a service uses it' },
  listEngines: { method: 'GET', path: '/engines', can: 'services.read', summary: 'Engines and the parameters they take', response: z.array(engineSchema) },
});
