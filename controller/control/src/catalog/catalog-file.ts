import { z } from 'zod';
import { modelKind, repositoryId } from './catalog.schema.js';

/*
 * The shape of the files in `data/`. What a variant does not say itself (context, licence, engine parameters) is its
 * family's. `unverified` lists what nobody could check against a live hub.
 */
const slug = z.string().regex(/^[a-z0-9][a-z0-9._-]*$/).max(64);
const engineParameters = z.record(z.string(), z.string().max(500));
const positive = z.number().int().positive();

const fileVariant = z.strictObject({
  slug, label: z.string().min(1).max(32), name: z.string().min(1).max(64),
  repositories: z.strictObject({ modelscope: repositoryId.nullable(), huggingface: repositoryId.nullable() }),
  include: z.array(z.string()).default([]), exclude: z.array(z.string()).default([]), format: z.enum(['safetensors', 'gguf']),
  parameterCount: positive, activeParameterCount: positive.nullable(), dataType: z.string().max(32), bytes: positive, memoryNeedBytes: positive,
  contextLength: positive.optional(), licence: z.string().max(64).optional(), engineParameters: engineParameters.optional(),
});

const fileFamily = z.strictObject({
  /** Part of addresses. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/).max(36),
  name: z.string().min(1).max(64), provider: z.string().min(1).max(64), logo: z.string().max(32), kind: modelKind, contextLength: positive,
  licence: z.string().max(64), description: z.string().min(1).max(1000), descriptionZh: z.string().min(1).max(1000),
  engineParameters, variants: z.array(fileVariant).min(1).max(64),
});

export const catalogFileSchema = z.strictObject({ about: z.string(), unverified: z.array(z.string()), families: z.array(fileFamily) });
export type FileFamily = z.infer<typeof fileFamily>;
