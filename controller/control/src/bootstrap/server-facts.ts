/** What `facts.sh` told: one value per name, several for some (interfaces). Values are another machine's words. */
export class ServerFacts {
  readonly #values = new Map<string, string[]>();

  /** Reads the script's lines; what is no fact is skipped. */
  static parse(lines: readonly string[]): ServerFacts {
    const facts = new ServerFacts();
    for (const line of lines) {
      const fact = factOf(line);
      if (fact) facts.#values.set(fact.name, [...(facts.#values.get(fact.name) ?? []), fact.value]);
    }
    return facts;
  }

  /** The whole report came. */
  get complete(): boolean {
    return this.has('facts.end');
  }

  /** Empty when it is not known. */
  get(name: string): string {
    return this.#values.get(name)?.[0] ?? '';
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Null when it is missing or no number. */
  number(name: string): number | null {
    const text = this.get(name);
    return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null;
  }

  names(): string[] {
    return [...this.#values.keys()];
  }
}

function factOf(line: string): { name: string; value: string } | undefined {
  if (!line.startsWith('{"k":"')) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { k, v } = parsed as { k?: unknown; v?: unknown };
  return typeof k === 'string' && typeof v === 'string' ? { name: k, value: v.slice(0, 1000) } : undefined;
}
