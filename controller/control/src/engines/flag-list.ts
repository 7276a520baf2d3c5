import { z } from 'zod';

/**
 * One flag of an engine as its own parser takes it. `switch` takes no value, `toggle` neither but has a `--no-…` form;
 * `count` is a whole number that may end in k, M … ; `text` may have choices. `ge`, `gt`, `le`, `lt`: bounds the engine states.
 */
const flagSchema = z.object({
  flag: z.templateLiteral(['--', z.string()]), aliases: z.array(z.string()).default([]), type: z.enum(['switch', 'toggle', 'integer', 'number', 'count', 'text', 'json']),
  choices: z.array(z.string()).optional(), nargs: z.enum(['?', '*', '+']).optional(),
  ge: z.number().optional(), gt: z.number().optional(), le: z.number().optional(), lt: z.number().optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(), deprecated: z.boolean().default(false),
});

/** What one version of an engine takes. Written by tools/engine-flags from the parser of that version. */
export const flagListSchema = z.object({ engine: z.enum(['vllm', 'sglang']), version: z.string().regex(/^\d+\.\d+\.\d+$/), source: z.string(), flags: z.array(flagSchema) });

export type EngineFlag = z.infer<typeof flagSchema>;
export type FlagList = z.infer<typeof flagListSchema>;
