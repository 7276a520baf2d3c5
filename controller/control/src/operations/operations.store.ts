import { Column, Entity, Index, Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { flag, instantColumn, smallNumber, tableColumn, text, uid } from '../store/columns.js';

/** A long job. */
@Entity('operation')
@Index('ix_operation_started', ['startedAt'])
export class OperationRow {
  @Column(uid({ primary: true })) id: string;
  @Column(text(32)) kind: 'import-model' | 'add-node' | 'download-model' | 'deploy' | 'upgrade';
  @Column(uid()) subjectId: string;
  @Column(text(255)) title: string;
  @Column(text(16)) state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  @Column(smallNumber()) percent: number;
  @Column(text(64)) phase: string;
  @Column(text(1000, { nullable: true })) failure: string | null;
  @Column(instantColumn()) startedAt: number;
  @Column(instantColumn({ nullable: true })) finishedAt: number | null;
  @Column(text(128)) startedBy: string;
  /** Log lines so far. */
  @Column(smallNumber()) lines: number;
}

/** One line of a job’s log. */
@Entity('operation_line')
export class OperationLineRow {
  @Column(uid({ primary: true })) operationId: string;
  @Column(smallNumber({ primary: true })) number: number;
  @Column(instantColumn()) at: number;
  @Column(text(2000)) text: string;
  @Column(flag()) error: boolean;
}

class Operations1764000001300 implements MigrationInterface {
  name = 'Operations1764000001300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'operation',
        columns: [
          tableColumn('id', uid({ primary: true })),
          tableColumn('kind', text(32)),
          tableColumn('subjectId', uid()),
          tableColumn('title', text(255)),
          tableColumn('state', text(16)),
          tableColumn('percent', smallNumber()),
          tableColumn('phase', text(64)),
          tableColumn('failure', text(1000, { nullable: true })),
          tableColumn('startedAt', instantColumn()),
          tableColumn('finishedAt', instantColumn({ nullable: true })),
          tableColumn('startedBy', text(128)),
          tableColumn('lines', smallNumber()),
        ],
        indices: [
          new TableIndex({ name: 'ix_operation_started', columnNames: ['startedAt'] }),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'operation_line',
        columns: [
          tableColumn('operationId', uid({ primary: true })),
          tableColumn('number', smallNumber({ primary: true })),
          tableColumn('at', instantColumn()),
          tableColumn('text', text(2000)),
          tableColumn('error', flag()),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('operation_line');
    await runner.dropTable('operation');
  }
}

export const entities = [OperationRow, OperationLineRow];
export const migrations = [Operations1764000001300];
