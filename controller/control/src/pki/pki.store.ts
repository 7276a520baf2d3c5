import { Column, Entity, Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { instantColumn, longText, smallNumber, tableColumn, text, uid } from '../store/columns.js';

/** The cluster’s root. One row, written once. */
@Entity('authority')
export class AuthorityRow {
  @Column(text(16, { primary: true })) id: string;
  @Column(uid()) clusterId: string;
  @Column(longText()) certificatePem: string;
  /** PKCS#8 DER, sealed under `authority|private-key|root`. */
  @Column(longText()) sealedKey: string;
  @Column(instantColumn()) createdAt: number;
}

/** A member whose certificates are worth nothing any more. Never deleted. */
@Entity('revocation')
export class RevocationRow {
  @Column(uid({ primary: true })) memberId: string;
  @Column(instantColumn()) at: number;
  @Column(text(255)) reason: string;
}

/** What is known of a member's certificates beside the revocation. */
@Entity('member_identity')
export class MemberIdentityRow {
  @Column(uid({ primary: true })) memberId: string;
  @Column(instantColumn()) expiresAt: number;
  /** SHA-256 of the public key of the newest certificate, hex. */
  @Column(text(64)) keyDigest: string;
  /** Of the one before: a member that never got the newest still has it. */
  @Column(text(64, { nullable: true })) previousKeyDigest: string | null;
  /** Renewals after expiry since a person last agreed. */
  @Column(smallNumber()) recoveries: number;
  /** Set while two machines are thought to use this identity. */
  @Column(instantColumn({ nullable: true })) clonedAt: number | null;
}

class Pki1764000001000 implements MigrationInterface {
  name = 'Pki1764000001000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'authority',
        columns: [
          tableColumn('id', text(16, { primary: true })),
          tableColumn('clusterId', uid()),
          tableColumn('certificatePem', longText()),
          tableColumn('sealedKey', longText()),
          tableColumn('createdAt', instantColumn()),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'revocation',
        columns: [
          tableColumn('memberId', uid({ primary: true })),
          tableColumn('at', instantColumn()),
          tableColumn('reason', text(255)),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('revocation');
    await runner.dropTable('authority');
  }
}

class MemberIdentities1764100000200 implements MigrationInterface {
  name = 'MemberIdentities1764100000200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'member_identity',
        columns: [
          tableColumn('memberId', uid({ primary: true })),
          tableColumn('expiresAt', instantColumn()),
          tableColumn('keyDigest', text(64)),
          tableColumn('previousKeyDigest', text(64, { nullable: true })),
          tableColumn('recoveries', smallNumber()),
          tableColumn('clonedAt', instantColumn({ nullable: true })),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('member_identity');
  }
}

export const entities = [AuthorityRow, RevocationRow, MemberIdentityRow];
export const migrations = [Pki1764000001000, MemberIdentities1764100000200];
