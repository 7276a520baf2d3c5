import { Column, Entity, Index, Table, TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { instantColumn, jsonColumn, tableColumn, text, uid } from '../store/columns.js';

/** A token that one server or gateway may join with, once. */
@Entity('join_token')
@Index('ix_join_token_expires', ['expiresAt'])
export class JoinTokenRow {
  @Column(text(16, { primary: true })) id: string;
  @Column(text(64)) secretDigest: string;
  @Column(text(16)) kind: 'agent' | 'gateway';
  @Column(text(64, { nullable: true })) nodeName: string | null;
  /** The node that is there already and gets its agent with this token; null when joining makes one. */
  @Column(uid({ nullable: true })) nodeId: string | null;
  @Column(text(128)) createdBy: string;
  @Column(instantColumn()) createdAt: number;
  @Column(instantColumn()) expiresAt: number;
  @Column(instantColumn({ nullable: true })) usedAt: number | null;
  /** SHA-256 of the public key that used it: the same key may ask again for the lost answer. */
  @Column(text(64, { nullable: true })) keyDigest: string | null;
  /** The answer given, certificates and all; nothing in it is secret. */
  @Column(jsonColumn({ nullable: true })) reply: object | null;
}

/** Everybody who ever joined. */
@Entity('member')
export class MemberRow {
  @Column(uid({ primary: true })) id: string;
  @Column(text(16)) kind: 'agent' | 'gateway';
  @Column(text(64)) name: string;
  @Column(text(128)) machineId: string;
  @Column(instantColumn()) joinedAt: number;
}

class Enrolment1764000001100 implements MigrationInterface {
  name = 'Enrolment1764000001100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'join_token',
        columns: [
          tableColumn('id', text(16, { primary: true })),
          tableColumn('secretDigest', text(64)),
          tableColumn('kind', text(16)),
          tableColumn('nodeName', text(64, { nullable: true })),
          tableColumn('createdBy', text(128)),
          tableColumn('createdAt', instantColumn()),
          tableColumn('expiresAt', instantColumn()),
          tableColumn('usedAt', instantColumn({ nullable: true })),
          tableColumn('keyDigest', text(64, { nullable: true })),
          tableColumn('reply', jsonColumn({ nullable: true })),
        ],
        indices: [
          new TableIndex({ name: 'ix_join_token_expires', columnNames: ['expiresAt'] }),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'member',
        columns: [
          tableColumn('id', uid({ primary: true })),
          tableColumn('kind', text(16)),
          tableColumn('name', text(64)),
          tableColumn('machineId', text(128)),
          tableColumn('joinedAt', instantColumn()),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('member');
    await runner.dropTable('join_token');
  }
}

/** Tokens for a node that was made before its agent. */
class JoinTokenNode1764100001000 implements MigrationInterface {
  name = 'JoinTokenNode1764100001000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('join_token', new TableColumn(tableColumn('nodeId', uid({ nullable: true }))));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('join_token', 'nodeId');
  }
}

export const entities = [JoinTokenRow, MemberRow];
export const migrations = [Enrolment1764000001100, JoinTokenNode1764100001000];
