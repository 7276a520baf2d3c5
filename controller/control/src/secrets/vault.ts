import type { Store } from '../store/index.js';
import type { SecretBox } from './secret-box.js';
import { SealedSecret } from './secrets.store.js';

/** The controller's own named secrets, e.g. the pepper of API keys: kept sealed in the database. */
export class Vault {
  constructor(
    private readonly store: Store,
    private readonly box: SecretBox,
  ) {}

  /** The secret of that name; `make` is called once in the life of the database. */
  async getOrMake(name: string, make: () => Uint8Array): Promise<Buffer> {
    return this.store.transaction(async ({ manager }) => {
      const row = await manager.findOneBy(SealedSecret, { name });
      if (row) return this.box.open(contextOf(name), row.sealed);
      const value = Buffer.from(make());
      await manager.insert(SealedSecret, { name, sealed: this.box.seal(contextOf(name), value) });
      return value;
    });
  }

  async get(name: string): Promise<Buffer | undefined> {
    const row = await this.store.manager.findOneBy(SealedSecret, { name });
    return row ? this.box.open(contextOf(name), row.sealed) : undefined;
  }

  /** Writes the secret anew. */
  async put(name: string, value: Uint8Array): Promise<void> {
    const row = { name, sealed: this.box.seal(contextOf(name), value) };
    await this.store.transaction(({ manager }) => manager.upsert(SealedSecret, row, ['name']));
  }
}

function contextOf(name: string): string {
  return `sealed_secret|sealed|${name}`;
}
