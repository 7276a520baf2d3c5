import { z } from 'zod';

/** ISO 8601 instant in UTC. */
export const instant = z.iso.datetime();
export const id = z.string().min(1).max(36);

/** Every error answer of the REST API. `field` names the input to mend, as a dotted path. */
export const errorSchema = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      field: z.string().optional(),
      requestId: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  })
  .meta({ id: 'Error' });

/** Names people give: letters of any script, digits, `.`, `-`, `_`, `:`; shown and used in addresses as they are. */
export const displayName = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(64, 'must be at most 64 characters')
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._:-]*$/u, 'must start with a letter or digit and contain only letters, digits and . _ : -');

/** Keyset paging: pass `next` of the last page as `before`. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  before: z.string().max(200).optional(),
});
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}
