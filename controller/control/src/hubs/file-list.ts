import { z } from 'zod';
import { HubError } from './hub-error.js';
import type { FileHash, HubFile } from './hub.js';

/** More would be no model but an attack on memory. */
export const MAX_FILES = 50_000;

const size = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const path = z.string().min(1).max(4096);

/** One entry of ModelScope's list, as far as it is used. */
export const modelscopeFile = z.object({ Path: path, Type: z.string(), Size: size.nullish(), Sha256: z.string().nullish() });
/** One entry of Hugging Face's tree. */
export const huggingfaceFile = z.object({ type: z.string(), path, size: size.optional(), oid: z.string().optional(), lfs: z.object({ oid: z.string(), size }).nullish() });

/** @throws HubError naming the file when the entry has no usable size or hash */
export function hubFile(filePath: string, bytes: number | null | undefined, hash: FileHash | undefined): HubFile {
  if (bytes === undefined || bytes === null) throw new HubError('wrong-answer', `the hub lists ${shown(filePath)} without a size`);
  if (hash === undefined) throw new HubError('wrong-answer', `the hub lists ${shown(filePath)} without a usable hash: it could not be checked`);
  return { path: filePath, bytes, hash };
}

/** A digest in the only form taken: hex of the right length. */
export function digest(kind: FileHash['kind'], text: string | null | undefined): FileHash | undefined {
  const hex = (text ?? '').trim().toLowerCase();
  return (kind === 'sha256' ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{40}$/).test(hex) ? { kind, hex } : undefined;
}

/** Checks the shape of an answer. @throws HubError */
export function expectShape<T extends z.ZodType>(schema: T, value: unknown, what: string): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new HubError('wrong-answer', `the hub’s answer about ${what} is not what it should be${issue ? ` (${issue.path.join('.').slice(0, 80)}: ${issue.message.slice(0, 120)})` : ''}`);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 120));
}
