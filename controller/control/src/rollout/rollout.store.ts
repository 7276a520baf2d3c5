import { Column, Entity, Index, Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { instantColumn, smallNumber, tableColumn, text, uid } from '../store/columns.js';
import type { RolloutNodeState } from './rollout.machine.js';

/** One staged upgrade; its operation has the same id. */
@Entity('rollout')
export class RolloutRow {
  @Column(uid({ primary: true })) operationId: string;
  @Column(text(64)) version: string;
  @Column(smallNumber()) batch: number;
  @Column(instantColumn()) createdAt: number;
}

/** What became of one node of it. */
@Entity('rollout_node')
@Index('ix_rollout_node_node', ['nodeId'])
export class RolloutNodeRow {
  @Column(uid({ primary: true })) operationId: string;
  @Column(uid({ primary: true })) nodeId: string;
  @Column(text(64)) nodeName: string;
  @Column(smallNumber()) position: number;
  @Column(text(16)) arch: string;
  @Column(uid()) requestId: string;
  @Column(text(16)) state: RolloutNodeState;
  /** Last word about it. */
  @Column(instantColumn()) since: number;
  @Column(text(1000)) message: string;
}

class Rollout1764100000700 implements MigrationInterface {
  name = 'Rollout1764100000700';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'rollout',
        columns: [tableColumn('operationId', uid({ primary: true })), tableColumn('version', text(64)), tableColumn('batch', smallNumber()), tableColumn('createdAt', instantColumn())],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'rollout_node',
        columns: [
          tableColumn('operationId', uid({ primary: true })),
          tableColumn('nodeId', uid({ primary: true })),
          tableColumn('nodeName', text(64)),
          tableColumn('position', smallNumber()),
          tableColumn('arch', text(16)),
          tableColumn('requestId', uid()),
          tableColumn('state', text(16)),
          tableColumn('since', instantColumn()),
          tableColumn('message', text(1000)),
        ],
        indices: [new TableIndex({ name: 'ix_rollout_node_node', columnNames: ['nodeId'] })],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('rollout_node');
    await runner.dropTable('rollout');
  }
}

export const entities = [RolloutRow, RolloutNodeRow];
export const migrations = [Rollout1764100000700];
