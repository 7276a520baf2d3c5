import { Column, Entity, Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { instantColumn, longText, tableColumn, text, uid } from '../store/columns.js';

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

export const entities = [AuthorityRow, RevocationRow];
export const migrations = [Pki1764000001000];
