import { Injectable } from '@nestjs/common';
import type { JoinReply, JoinToken } from '@openstation/proto';
import { joinSecretDigest, newJoinToken } from '@openstation/proto';
import { IsNull, LessThan, MoreThan } from 'typeorm';
import { Clock } from '../config/index.js';
import { Authority } from '../pki/index.js';
import { Store, type Tx } from '../store/index.js';
import { JoinTokenRow } from './enrolment.store.js';

export const TOKEN_LIFE_MS = 30 * 60_000;
/** A joiner that lost the answer may ask again with the same key for so long. */
const REPEAT_MS = 10 * 60_000;

export type MemberRole = JoinTokenRow['kind'];

export type TokenCheck =
  | { readonly result: 'good'; readonly row: JoinTokenRow }
  /** The same key asks again: here is the answer it had. */
  | { readonly result: 'repeat'; readonly reply: JoinReply }
  | { readonly result: 'refused'; readonly why: string };

/** Tokens to join with: single use, short-lived, only a digest of the secret is kept. */
@Injectable()
export class JoinTokens {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly authority: Authority,
  ) {}

  async create(tx: Tx, wish: { kind: MemberRole; nodeName: string | null; nodeId?: string; createdBy: string }): Promise<{ token: JoinToken; expiresAt: number }> {
    const now = this.clock.now();
    const token = newJoinToken(this.authority.rootPem);
    const expiresAt = now + TOKEN_LIFE_MS;
    await tx.manager.delete(JoinTokenRow, { expiresAt: LessThan(now - 24 * 3_600_000) });
    await tx.manager.insert(JoinTokenRow, { ...wish, nodeId: wish.nodeId ?? null, id: token.id, secretDigest: joinSecretDigest(token), createdAt: now, expiresAt, usedAt: null, keyDigest: null, reply: null });
    return { token, expiresAt };
  }

  /** Looks without using it up. Whoever does not have the secret learns nothing about the token. */
  async check(token: JoinToken, kind: MemberRole, keyDigest: string): Promise<TokenCheck> {
    const row = await this.store.manager.findOneBy(JoinTokenRow, { id: token.id });
    const now = this.clock.now();
    if (!row || row.secretDigest !== joinSecretDigest(token)) return { result: 'refused', why: 'the join token is not known here' };
    if (row.kind !== kind) return { result: 'refused', why: `the join token is for ${row.kind === 'agent' ? 'an agent' : 'a gateway'}` };
    if (row.usedAt !== null) {
      if (row.keyDigest === keyDigest && row.reply !== null && now - row.usedAt < REPEAT_MS) return { result: 'repeat', reply: row.reply as JoinReply };
      return { result: 'refused', why: 'the join token was used already: make a new one in the console' };
    }
    if (row.expiresAt <= now) return { result: 'refused', why: 'the join token has expired: make a new one in the console' };
    return { result: 'good', row };
  }

  /** Uses the token up, if nobody was faster. One statement decides. */
  async use(tx: Tx, token: JoinToken, keyDigest: string): Promise<boolean> {
    const now = this.clock.now();
    const where = { id: token.id, secretDigest: joinSecretDigest(token), usedAt: IsNull(), expiresAt: MoreThan(now) };
    return (await tx.manager.update(JoinTokenRow, where, { usedAt: now, keyDigest })).affected === 1;
  }

  async keepReply(tx: Tx, token: JoinToken, reply: JoinReply): Promise<void> {
    await tx.manager.update(JoinTokenRow, { id: token.id }, { reply });
  }
}
