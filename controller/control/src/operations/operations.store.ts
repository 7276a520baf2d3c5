import { Column, Entity, Index, Table, TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { flag, instantColumn, jsonColumn, realNumber, smallNumber, tableColumn, text, uid } from '../store/columns.js';

export type OperationKind =
  | 'import-model' | 'download-model' | 'verify-model' | 'prefetch-model' | 'add-node' | 'remove-node' | 'drain-node' | 'upgrade-agents' | 'deploy';
export type OperationState = 'queued' | 'running' | 'waiting' | 'paused' | 'succeeded' | 'failed' | 'cancelled';
export type OperationDeed = 'cancel' | 'pause' | 'resume' | 'retry' | 'continue' | 'give-up';

export interface OperationStep {
  readonly id: string;
  readonly state: 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped';
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly message: string;
}

/** A long job. */
@Entity('operation')
@Index('ix_operation_started', ['startedAt'])
@Index('ix_operation_subject', ['subjectId'])
export class OperationRow {
  @Column(uid({ primary: true })) id: string;
  @Column(text(32)) kind: OperationKind;
  @Column(uid()) subjectId: string;
  @Column(text(255)) title: string;
  @Column(text(16)) state: OperationState;
  @Column(realNumber()) percent: number;
  @Column(text(64)) phase: string;
  @Column(jsonColumn()) steps: readonly OperationStep[];
  @Column(jsonColumn()) can: readonly OperationDeed[];
  @Column(text(1000, { nullable: true })) failure: string | null;
  @Column(text(64, { nullable: true })) failureCode: string | null;
  @Column(smallNumber()) attempt: number;
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

/** Steps, deeds, attempts and failure codes; percent with two decimals. Old rows get empty lists. */
class OperationSteps1764100000100 implements MigrationInterface {
  name = 'OperationSteps1764100000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.changeColumn('operation', 'percent', new TableColumn(tableColumn('percent', realNumber())));
    for (const name of ['steps', 'can']) {
      await runner.addColumn('operation', new TableColumn({ ...tableColumn(name, jsonColumn()), isNullable: true }));
      await runner.query(`UPDATE operation SET ${name} = '[]'`);
      await runner.changeColumn('operation', name, new TableColumn(tableColumn(name, jsonColumn())));
    }
    await runner.addColumn('operation', new TableColumn(tableColumn('failureCode', text(64, { nullable: true }))));
    await runner.addColumn('operation', new TableColumn(tableColumn('attempt', smallNumber({ default: 1 }))));
    await runner.changeColumn('operation', 'attempt', new TableColumn(tableColumn('attempt', smallNumber())));
    await runner.createIndex('operation', new TableIndex({ name: 'ix_operation_subject', columnNames: ['subjectId'] }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('operation', 'ix_operation_subject');
    for (const name of ['attempt', 'failureCode', 'can', 'steps']) await runner.dropColumn('operation', name);
    await runner.changeColumn('operation', 'percent', new TableColumn(tableColumn('percent', smallNumber())));
  }
}

export const entities = [OperationRow, OperationLineRow];
export const migrations = [Operations1764000001300, OperationSteps1764100000100];
