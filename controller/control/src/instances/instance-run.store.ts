import { Column, Entity, Index, Table, TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { bigNumber, instantColumn, jsonColumn, smallNumber, tableColumn, text, uid } from '../store/columns.js';
import type { InstanceDiagnosis } from './instance-diagnosis.js';
import type { InstanceState } from './instance.machine.js';

/** Where one part of an instance ran. */
export interface RunMember {
  readonly rank: number;
  readonly nodeId: string;
  readonly nodeName: string | null;
}

/** What is remembered of an instance when its row, its node and its service are gone. Written by `RunKeeper` and `LogKeeper` only. */
@Entity('instance_run')
@Index('ix_run_service', ['serviceId', 'createdAt', 'instanceId'])
@Index('ix_run_ended', ['endedAt'])
export class InstanceRunRow {
  @Column(uid({ primary: true })) instanceId: string;
  @Column(uid()) serviceId: string;
  @Column(text(64)) serviceName: string;
  @Column(smallNumber()) slot: number;
  @Column(smallNumber()) revision: number;
  @Column(uid({ nullable: true })) nodeId: string | null;
  @Column(text(128, { nullable: true })) nodeName: string | null;
  @Column(text(16)) state: InstanceState;
  @Column(text(64)) reason: string;
  @Column(text(2000)) message: string;
  @Column(jsonColumn({ nullable: true })) diagnosis: InstanceDiagnosis | null;
  @Column(instantColumn()) createdAt: number;
  @Column(instantColumn({ nullable: true })) endedAt: number | null;
  /** Of an instance that spans nodes, by rank. Null: it has one node, or none yet. */
  @Column(jsonColumn({ nullable: true })) members: RunMember[] | null;
  /** Of each member's log that is kept, packed, by rank. Null: none, or it has one node. */
  @Column(jsonColumn({ nullable: true })) memberLogBytes: number[] | null;
  /** Of the logs that are kept, packed, all members together; 0: none. */
  @Column(bigNumber()) logBytes: number;
  /** When the log was fetched last. */
  @Column(instantColumn({ nullable: true })) logAt: number | null;
}

class InstanceRuns1764400001500 implements MigrationInterface {
  name = 'InstanceRuns1764400001500';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'instance_run',
        columns: [
          tableColumn('instanceId', uid({ primary: true })),
          tableColumn('serviceId', uid()),
          tableColumn('serviceName', text(64)),
          tableColumn('slot', smallNumber()),
          tableColumn('revision', smallNumber()),
          tableColumn('nodeId', uid({ nullable: true })),
          tableColumn('nodeName', text(128, { nullable: true })),
          tableColumn('state', text(16)),
          tableColumn('reason', text(64)),
          tableColumn('message', text(2000)),
          tableColumn('diagnosis', jsonColumn({ nullable: true })),
          tableColumn('createdAt', instantColumn()),
          tableColumn('endedAt', instantColumn({ nullable: true })),
          tableColumn('logBytes', bigNumber()),
          tableColumn('logAt', instantColumn({ nullable: true })),
        ],
        indices: [
          new TableIndex({ name: 'ix_run_service', columnNames: ['serviceId', 'createdAt', 'instanceId'] }),
          new TableIndex({ name: 'ix_run_ended', columnNames: ['endedAt'] }),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('instance_run');
  }
}

/** Where each member of a group ran, and what is kept of its log. */
class RunMembers1764500001500 implements MigrationInterface {
  name = 'RunMembers1764500001500';

  async up(runner: QueryRunner): Promise<void> {
    for (const name of ['members', 'memberLogBytes']) await runner.addColumn('instance_run', new TableColumn(tableColumn(name, jsonColumn({ nullable: true }))));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['memberLogBytes', 'members']) await runner.dropColumn('instance_run', name);
  }
}

export const runMigrations = [InstanceRuns1764400001500, RunMembers1764500001500];
