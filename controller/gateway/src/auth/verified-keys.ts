import { hash } from 'node:crypto';
import { apiKeyDigest, parseApiKey, sameDigest, type KeyEntry } from '@openstation/proto';
import type { RouteSnapshot } from '../route-table/index.js';

const CAPACITY = 4096;

/**
 * Which key a text is. Remembers verified texts by their SHA-256 (never the text itself) for the table they
 * were verified against; a new table forgets everything, so a revoked key is refused by the next request.
 */
export class VerifiedKeys {
  #snapshot: RouteSnapshot | undefined;
  readonly #verified = new Map<string, KeyEntry>();

  /** The key's entry, or undefined when the text is not a key of this table. */
  find(snapshot: RouteSnapshot, text: string): KeyEntry | undefined {
    if (snapshot !== this.#snapshot) {
      this.#snapshot = snapshot;
      this.#verified.clear();
    }
    const name = hash('sha256', text, 'base64');
    const known = this.#verified.get(name);
    if (known) return known;
    const entry = verify(snapshot, text);
    if (entry) this.#remember(name, entry);
    return entry;
  }

  #remember(name: string, entry: KeyEntry): void {
    if (this.#verified.size >= CAPACITY) {
      const oldest = this.#verified.keys().next();
      if (!oldest.done) this.#verified.delete(oldest.value);
    }
    this.#verified.set(name, entry);
  }
}

function verify(snapshot: RouteSnapshot, text: string): KeyEntry | undefined {
  const parts = parseApiKey(text);
  if (!parts) return undefined;
  const entry = snapshot.key(parts.id);
  if (!entry) return undefined;
  return sameDigest(entry.digest, apiKeyDigest(snapshot.keyPepper, text)) ? entry : undefined;
}
