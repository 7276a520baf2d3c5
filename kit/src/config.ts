import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { z } from 'zod';

export interface ConfigSources {
  /** YAML or JSON file; optional. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Environment variable → key path: `{ OPENSTATION_CONSOLE_PORT: 'console.port' }`. Environment beats file. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Every fault of a configuration at once, each with its key path and where the value came from. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`configuration is not usable:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/**
 * Reads the boot configuration once, checks it and freezes it. Values from the environment arrive as text:
 * let the schema coerce numbers and booleans.
 * @throws ConfigError
 */
export function loadConfig<T extends z.ZodType>(schema: T, sources: ConfigSources): z.infer<T> {
  const values = sources.file === undefined ? {} : readFile(sources.file);
  const origin = new Map<string, string>();
  for (const [variable, path] of Object.entries(sources.variables)) {
    const text = sources.env[variable];
    if (text === undefined || text === '') continue;
    setPath(values, path.split('.'), text);
    origin.set(path, variable);
  }
  const result = schema.safeParse(values);
  if (!result.success) throw new ConfigError(result.error.issues.map((issue) => describe(issue, origin, sources.file)));
  return deepFreeze(result.data);
}

function readFile(file: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigError([`${file}: ${(error as Error).message}`]);
  }
  if (content === null || content === undefined) return {};
  if (typeof content !== 'object' || Array.isArray(content)) throw new ConfigError([`${file}: must hold keys and values`]);
  return content as Record<string, unknown>;
}

function describe(issue: z.core.$ZodIssue, origin: Map<string, string>, file: string | undefined): string {
  const path = issue.path.join('.');
  const source = origin.get(path) ?? file;
  return `${path || '(top level)'}: ${issue.message}${source === undefined ? '' : ` (from ${source})`}`;
}

function setPath(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head = '', ...rest] = path;
  if (rest.length === 0) {
    target[head] = value;
    return;
  }
  const child = target[head];
  const branch = child !== null && typeof child === 'object' ? (child as Record<string, unknown>) : {};
  target[head] = branch;
  setPath(branch, rest, value);
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object') for (const entry of Object.values(value)) deepFreeze(entry);
  return Object.freeze(value);
}
