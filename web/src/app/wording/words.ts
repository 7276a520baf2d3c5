/** A translation key with what goes into it. */
export interface Words {
  readonly key: string;
  readonly values: Readonly<Record<string, string | number>>;
}

export function words(key: string, values: Words['values'] = {}): Words {
  return { key: `wording.${key}`, values };
}

/** A sentence of the controller with the parts that vary. */
export interface Sentence {
  readonly pattern: RegExp;
  readonly key: string;
  readonly parts: readonly string[];
}

/** The words for the first sentence that matches; null for one that this console does not know. */
export function match(sentences: readonly Sentence[], text: string): Words | null {
  for (const { pattern, key, parts } of sentences) {
    const found = pattern.exec(text);
    if (found) return words(key, Object.fromEntries(parts.map((part, index) => [part, found[index + 1] ?? ''])));
  }
  return null;
}
