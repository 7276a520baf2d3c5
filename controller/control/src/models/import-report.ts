import type { z } from 'zod';
import type { Inspection } from './inspect-model.js';
import type { importReportSchema } from './models.schema.js';

export type ImportReport = z.infer<typeof importReportSchema>;

/** An inspection as people see it. */
export function importReport(path: string, { format, files, facts, findings, suggestedName, freeBytes }: Inspection & { readonly freeBytes: number }): ImportReport {
  return {
    path, importable: facts !== null, suggestedName, format, bytes: files.reduce((sum, file) => sum + file.bytes, 0), fileCount: files.length,
    architecture: facts?.architecture ?? null, parameterCount: facts?.parameterCount ?? null, dataType: facts?.dataType ?? null, contextLength: facts?.contextLength ?? null,
    findings: findings.map((finding) => ({ ...finding })), freeBytes,
  };
}
