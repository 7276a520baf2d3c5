/** What a request showed: exactly one key text, nothing, or more than one credential (never guessed between). */
export type Credential =
  | { readonly kind: 'key'; readonly text: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous' };

/** Reads the raw header list, because the parsed one silently drops repeated credentials. */
export function readCredential(rawHeaders: readonly string[]): Credential {
  let found: string | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const text = credentialOf(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '');
    if (text === undefined) continue;
    if (found !== undefined) return { kind: 'ambiguous' };
    found = text;
  }
  return found === undefined ? { kind: 'none' } : { kind: 'key', text: found };
}

function credentialOf(name: string, value: string): string | undefined {
  if (name.length !== 9 && name.length !== 13) return undefined;
  switch (name.toLowerCase()) {
    case 'x-api-key':
      return value;
    case 'authorization':
      return /^bearer +/i.test(value) ? value.slice(7).trim() : value;
    default:
      return undefined;
  }
}
