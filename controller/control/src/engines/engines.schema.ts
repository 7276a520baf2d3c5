import { z } from 'zod';
import { defineRoutes } from '../http/route.js';

export const engineId = z.enum(['llama-cpp', 'vllm', 'vllm-cpu', 'sglang']);

export const engineSchema = z
  .object({
    id: engineId, name: z.string(), hardware: z.enum(['cpu', 'gpu']), formats: z.array(z.enum(['gguf', 'safetensors'])), description: z.string(),
    parameters: z.array(z.object({ flag: z.string(), type: z.enum(['integer', 'number', 'string', 'boolean', 'choice']), choices: z.array(z.string()), description: z.string() })),
  })
  .meta({ id: 'Engine' });

export const routes = defineRoutes({
  listEngines: { method: 'GET', path: '/engines', can: 'services.read', summary: 'Engines and the parameters they take', response: z.array(engineSchema) },
});
