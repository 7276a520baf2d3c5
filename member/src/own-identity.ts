import type { MemberFiles, MemberRecord } from './member-files.js';

/** The identity in use, equal to the one on disk. Two rooms change it (address, certificates): one change after the other. */
export class OwnIdentity {
  #record: MemberRecord;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly files: Pick<MemberFiles, 'save'>, record: MemberRecord) {
    this.#record = record;
  }

  get record(): MemberRecord {
    return this.#record;
  }

  /** On disk first, then in use. @throws what writing throws; nothing changed then */
  change(part: Partial<MemberRecord>): Promise<MemberRecord> {
    const turn = this.#turn.then(async () => {
      const next = { ...this.#record, ...part };
      await this.files.save(next);
      this.#record = next;
      return next;
    });
    this.#turn = turn.catch(() => undefined); // told to the caller
    return turn;
  }
}
