import type { Store } from '../store/index.js';
import type { SecretBox } from './secret-box.js';
import { SealedSecret } from './secrets.store.js';

/** The controller's own named secrets, e.g. the pepper of API keys: made at first use, kept sealed. */
export class Vault {
  constructor(
    private readonly store: Store,
    private readonly box: SecretBox,
  ) {}

  /** The secret of that name; `make` is called once in the life of the database. */
  async getOrMake(name: string, make: () => Uint8Array): Promise<Buffer> {
    const context = `sealed_secret|sealed|${name}`;
    return this.store.transaction(async ({ manager }) => {
      const row = await manager.findOneBy(SealedSecret, { name });
      if (row) return this.box.open(context, row.sealed);
      const value = Buffer.from(make());
      await manager.insert(SealedSecret, { name, sealed: this.box.seal(context, value) });
      return value;
    });
  }
}
