import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThan, Not } from 'typeorm';
import { Clock } from '../config/index.js';
import { Store, type Tx } from '../store/index.js';
import { certificateFacts } from './authority.js';
import { MemberIdentityRow } from './pki.store.js';

/** After its certificate ran out, a member may renew with its old key for so long … */
export const RECOVERY_WINDOW_MS = 90 * 86_400_000;
/** … and so often, until a person agrees again. */
export const RECOVERIES_WITHOUT_A_PERSON = 3;

export interface IdentityFacts {
  readonly expiresAt: number;
  readonly recoveries: number;
  readonly cloned: boolean;
}

/** Certificates in use, recoveries and clones. Only this room writes them. */
@Injectable()
export class MemberIdentities {
  #expiries: Promise<Map<string, number>> | undefined;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  /** A certificate was given out. The key before stays good for one recovery: the answer may have been lost on the way. */
  async issued(tx: Tx, memberId: string, certificateChainPem: string): Promise<void> {
    const { keyDigest, expiresAt } = certificateFacts(certificateChainPem);
    const known = await tx.manager.findOneBy(MemberIdentityRow, { memberId });
    if (!known) await tx.manager.insert(MemberIdentityRow, { memberId, expiresAt, keyDigest, previousKeyDigest: null, recoveries: 0, clonedAt: null });
    else if (known.keyDigest === keyDigest) await tx.manager.update(MemberIdentityRow, { memberId }, { expiresAt });
    else await tx.manager.update(MemberIdentityRow, { memberId }, { expiresAt, keyDigest, previousKeyDigest: known.keyDigest });
    tx.afterCommit(() => void this.#expiries?.then((expiries) => expiries.set(memberId, expiresAt)));
  }

  /** A member renewed over its own connection. */
  async renewed(memberId: string, certificateChainPem: string): Promise<void> {
    await this.store.transaction((tx) => this.issued(tx, memberId, certificateChainPem));
  }

  /** Whether a key is the newest of the member, or the one before. A member from before these books were kept is believed. */
  async hasKey(memberId: string, keyDigest: string): Promise<boolean> {
    const known = await this.store.manager.findOneBy(MemberIdentityRow, { memberId });
    return !known || known.keyDigest === keyDigest || known.previousKeyDigest === keyDigest;
  }

  /** Counts one recovery, if there is one left. One statement decides. */
  async recovered(tx: Tx, memberId: string): Promise<boolean> {
    if (!(await tx.manager.existsBy(MemberIdentityRow, { memberId }))) {
      await tx.manager.insert(MemberIdentityRow, { memberId, expiresAt: this.clock.now(), keyDigest: '', previousKeyDigest: null, recoveries: 0, clonedAt: null });
    }
    const left = { memberId, recoveries: LessThan(RECOVERIES_WITHOUT_A_PERSON), clonedAt: IsNull() };
    return (await tx.manager.increment(MemberIdentityRow, left, 'recoveries', 1)).affected === 1;
  }

  /** Believes neither machine until a person decides. @returns false when that was so already */
  async cloned(tx: Tx, memberId: string): Promise<boolean> {
    return (await tx.manager.update(MemberIdentityRow, { memberId, clonedAt: IsNull() }, { clonedAt: this.clock.now() })).affected === 1;
  }

  /** A person agreed: clones are forgotten and recoveries count from zero. */
  async readmit(tx: Tx, memberId: string): Promise<void> {
    await tx.manager.update(MemberIdentityRow, { memberId }, { recoveries: 0, clonedAt: null });
  }

  async isCloned(memberId: string): Promise<boolean> {
    return this.store.manager.existsBy(MemberIdentityRow, { memberId, clonedAt: Not(IsNull()) });
  }

  /** When the newest certificate of each member ends, Unix milliseconds. From memory: every list of nodes shows it. */
  expiries(): Promise<ReadonlyMap<string, number>> {
    this.#expiries ??= this.#readExpiries();
    return this.#expiries;
  }

  async #readExpiries(): Promise<Map<string, number>> {
    try {
      const rows = await this.store.manager.find(MemberIdentityRow, { select: { memberId: true, expiresAt: true } });
      return new Map(rows.map(({ memberId, expiresAt }) => [memberId, expiresAt]));
    } catch (error) {
      this.#expiries = undefined;
      throw error;
    }
  }

  async of(memberIds: readonly string[]): Promise<ReadonlyMap<string, IdentityFacts>> {
    const rows = await this.store.manager.findBy(MemberIdentityRow, { memberId: In([...memberIds]) });
    return new Map(rows.map(({ memberId, expiresAt, recoveries, clonedAt }) => [memberId, { expiresAt, recoveries, cloned: clonedAt !== null }]));
  }
}
