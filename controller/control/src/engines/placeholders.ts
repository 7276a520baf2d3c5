/** What the node fills in: it alone knows paths, address and key. */
export const NODE_PLACEHOLDERS = ['model_path', 'host', 'port', 'served_name', 'api_key_file'] as const;
/** What the plan decides. */
export const PLAN_PLACEHOLDERS = ['context_length', 'parallel', 'cards'] as const;

const KNOWN: ReadonlySet<string> = new Set([...NODE_PLACEHOLDERS, ...PLAN_PLACEHOLDERS]);

/** A word in braces that looks like a placeholder. Braces of JSON hold quotes or blanks and are left alone. */
const PLACEHOLDER = /\{([A-Za-z0-9_.-]*)\}/g;

/** The first placeholder that is none, with what there are; undefined when all are known. */
export function unknownPlaceholder(word: string): string | undefined {
  return [...word.matchAll(PLACEHOLDER)].map(([, name = '']) => name).find((name) => !KNOWN.has(name));
}

export function placeholdersOf(words: readonly string[]): ReadonlySet<string> {
  return new Set(words.flatMap((word) => [...word.matchAll(PLACEHOLDER)].map(([, name = '']) => name)));
}

/** Fills in what the plan knows and leaves the node's for the node. */
export function fillPlan(word: string, values: Readonly<Record<(typeof PLAN_PLACEHOLDERS)[number], number>>): string {
  return word.replace(PLACEHOLDER, (whole, name: string) => (Object.hasOwn(values, name) ? String(values[name as keyof typeof values]) : whole));
}
