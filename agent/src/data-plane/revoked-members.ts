import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '@openstation/kit';

/** Members whose certificates count no more, as the controller told last; kept on disk for the time it is away. */
export class RevokedMembers {
  readonly #file: string;

  private constructor(dataDir: string, private ids: ReadonlySet<string>) {
    this.#file = join(dataDir, 'revoked-members.json');
  }

  static async open(dataDir: string): Promise<RevokedMembers> {
    const revoked = new RevokedMembers(dataDir, new Set());
    revoked.ids = new Set(await readJsonFile<string[]>(revoked.#file));
    return revoked;
  }

  has(memberId: string): boolean {
    return this.ids.has(memberId);
  }

  /** The list only grows: a member's id is never used twice. */
  async add(memberIds: readonly string[]): Promise<void> {
    const ids = new Set([...this.ids, ...memberIds]);
    if (ids.size === this.ids.size) return;
    this.ids = ids;
    await writeFileAtomic(this.#file, JSON.stringify([...ids]));
  }
}
