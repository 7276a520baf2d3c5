import { Column, Entity, Table, TableIndex, Index, type MigrationInterface, type QueryRunner } from 'typeorm';
import { bigNumber, instantColumn, jsonColumn, smallNumber, tableColumn, text, uid } from '../store/columns.js';

/** One deed of a person or of the system. Rows are only ever added; each carries the hash of the one before. */
@Entity('audit_entry')
@Index('ix_audit_entry_id', ['id'], { unique: true })
export class AuditEntry {
  @Column(bigNumber({ primary: true })) sequence: number;
  @Column(uid()) id: string;
  @Column(instantColumn()) at: number;
  @Column(uid()) actorId: string;
  @Column(text(128)) actor: string;
  @Column(text(64)) address: string;
  @Column(text(64)) verb: string;
  @Column(text(32)) objectType: string;
  @Column(text(64)) objectId: string;
  @Column(text(255)) objectName: string;
  @Column(jsonColumn()) changes: object;
  @Column(text(64)) previousHash: string;
  @Column(text(64)) hash: string;
}

/** The end of the chain: one row. Updating it first makes transactions add to the chain one after another. */
@Entity('audit_head')
export class AuditHead {
  @Column(smallNumber({ primary: true })) id: number;
  @Column(bigNumber()) sequence: number;
  @Column(text(64)) hash: string;
}

class Audit1764000000200 implements MigrationInterface {
  name = 'Audit1764000000200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'audit_entry',
        columns: [
          tableColumn('sequence', bigNumber({ primary: true })),
          tableColumn('id', uid()),
          tableColumn('at', instantColumn()),
          tableColumn('actorId', uid()),
          tableColumn('actor', text(128)),
          tableColumn('address', text(64)),
          tableColumn('verb', text(64)),
          tableColumn('objectType', text(32)),
          tableColumn('objectId', text(64)),
          tableColumn('objectName', text(255)),
          tableColumn('changes', jsonColumn()),
          tableColumn('previousHash', text(64)),
          tableColumn('hash', text(64)),
        ],
        indices: [new TableIndex({ name: 'ix_audit_entry_id', columnNames: ['id'], isUnique: true })],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'audit_head',
        columns: [tableColumn('id', smallNumber({ primary: true })), tableColumn('sequence', bigNumber()), tableColumn('hash', text(64))],
      }),
    );
    await runner.query("insert into audit_head (id, sequence, hash) values (1, 0, '')");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('audit_head');
    await runner.dropTable('audit_entry');
  }
}

export const entities = [AuditEntry, AuditHead];
export const migrations = [Audit1764000000200];
