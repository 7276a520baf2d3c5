import { Column, Entity, Index, Table, TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { LaunchIntent } from '@openstation/proto';
import type { GroupMember } from './group-member.js';
import type { InstanceState } from './instance.machine.js';
import type { InstanceDiagnosis } from './instance-diagnosis.js';
import type { InstanceWish } from './instance-wish.js';
import { InstanceRunRow, runMigrations } from './instance-run.store.js';
import { bigNumber, flag, instantColumn, jsonColumn, smallNumber, tableColumn, text, uid } from '../store/columns.js';

/** One running copy of a service. Writers of the columns: see instance.repository.ts. */
@Entity('instance')
@Index('ix_instance_service', ['serviceId'])
@Index('ix_instance_node', ['nodeId'])
export class InstanceRow {
  @Column(uid({ primary: true })) id: string;
  @Column(uid()) serviceId: string;
  @Column(text(64)) serviceName: string;
  @Column(uid()) modelId: string;
  @Column(smallNumber()) slot: number;
  @Column(jsonColumn()) wishedNodeIds: string[];
  @Column(jsonColumn()) wish: InstanceWish;
  /** Where its predecessor in the slot ran: the model is there already. */
  @Column(uid({ nullable: true })) previousNodeId: string | null;
  @Column(smallNumber()) attempt: number;
  @Column(text(255, { nullable: true })) failureSignature: string | null;
  @Column(smallNumber()) failureCount: number;
  /** Memory by plan. */
  @Column(bigNumber()) needBytes: number;
  @Column(instantColumn()) createdAt: number;
  @Column(text(8)) desired: 'run' | 'stop';
  @Column(bigNumber()) generation: number;
  @Column(uid({ nullable: true })) nodeId: string | null;
  @Column(jsonColumn()) gpuUuids: string[];
  /** Set when bound. */
  @Column(jsonColumn({ nullable: true })) intent: LaunchIntent | null;
  @Column(text(16)) state: InstanceState;
  @Column(instantColumn()) stateSince: number;
  @Column(flag()) ready: boolean;
  /** First time it was ready. */
  @Column(instantColumn({ nullable: true })) readyAt: number | null;
  @Column(text(64)) phase: string;
  @Column(smallNumber()) percent: number;
  @Column(text(2000)) message: string;
  @Column(text(64)) reason: string;
  @Column(text(128)) handle: string;
  @Column(bigNumber({ nullable: true })) memoryBytes: number | null;
  /** Session and revision of the newest status taken: older ones are dropped. */
  @Column(bigNumber()) observedSession: number;
  @Column(bigNumber()) observedRevision: number;
  /** Its node confirmed that nothing of it is left, or is gone for good. */
  @Column(instantColumn({ nullable: true })) releasedAt: number | null;
  /** Since when another one is to take its place first, because its node is being emptied. */
  @Column(instantColumn({ nullable: true })) leavingAt: number | null;
  /** Since when it gets no new requests: its successor is ready, and what it is answering may come to an end. */
  @Column(instantColumn({ nullable: true })) retiredAt: number | null;
  /** Of an instance that spans nodes, by rank; nodeId, gpuUuids and intent are then the head's. Null: it has one node. */
  @Column(jsonColumn({ nullable: true })) members: GroupMember[] | null;
  /** What its agent concludes of a running engine, and from what. */
  @Column(text(16)) health: string;
  @Column(text(500)) healthEvidence: string;
  /** Revision of the service that it runs. */
  @Column(smallNumber()) revision: number;
  /** While its node fetches the model. */
  @Column(bigNumber({ nullable: true })) modelBytesDone: number | null;
  @Column(bigNumber({ nullable: true })) modelBytesTotal: number | null;
  /** Why it failed, as far as its log tells. */
  @Column(jsonColumn({ nullable: true })) diagnosis: InstanceDiagnosis | null;
}

class Instances1764000001500 implements MigrationInterface {
  name = 'Instances1764000001500';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'instance',
        columns: [
          tableColumn('id', uid({ primary: true })),
          tableColumn('serviceId', uid()),
          tableColumn('serviceName', text(64)),
          tableColumn('modelId', uid()),
          tableColumn('slot', smallNumber()),
          tableColumn('wishedNodeIds', jsonColumn()),
          tableColumn('wish', jsonColumn()),
          tableColumn('previousNodeId', uid({ nullable: true })),
          tableColumn('attempt', smallNumber()),
          tableColumn('failureSignature', text(255, { nullable: true })),
          tableColumn('failureCount', smallNumber()),
          tableColumn('needBytes', bigNumber()),
          tableColumn('createdAt', instantColumn()),
          tableColumn('desired', text(8)),
          tableColumn('generation', bigNumber()),
          tableColumn('nodeId', uid({ nullable: true })),
          tableColumn('gpuUuids', jsonColumn()),
          tableColumn('intent', jsonColumn({ nullable: true })),
          tableColumn('state', text(16)),
          tableColumn('stateSince', instantColumn()),
          tableColumn('ready', flag()),
          tableColumn('readyAt', instantColumn({ nullable: true })),
          tableColumn('phase', text(64)),
          tableColumn('percent', smallNumber()),
          tableColumn('message', text(2000)),
          tableColumn('reason', text(64)),
          tableColumn('handle', text(128)),
          tableColumn('memoryBytes', bigNumber({ nullable: true })),
          tableColumn('observedSession', bigNumber()),
          tableColumn('observedRevision', bigNumber()),
          tableColumn('releasedAt', instantColumn({ nullable: true })),
        ],
        indices: [
          new TableIndex({ name: 'ix_instance_service', columnNames: ['serviceId'] }),
          new TableIndex({ name: 'ix_instance_node', columnNames: ['nodeId'] }),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('instance');
  }
}

/** How an instance leaves its place to another one. */
class InstanceLeaving1764100001500 implements MigrationInterface {
  name = 'InstanceLeaving1764100001500';

  async up(runner: QueryRunner): Promise<void> {
    for (const name of ['leavingAt', 'retiredAt']) await runner.addColumn('instance', new TableColumn(tableColumn(name, instantColumn({ nullable: true }))));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['retiredAt', 'leavingAt']) await runner.dropColumn('instance', name);
  }
}

/** Instances that span nodes, and what agents conclude of running engines. */
class InstanceGroups1764200001500 implements MigrationInterface {
  name = 'InstanceGroups1764200001500';

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('instance', new TableColumn(tableColumn('members', jsonColumn({ nullable: true }))));
    await runner.addColumn('instance', new TableColumn(tableColumn('health', text(16, { default: "''" }))));
    await runner.addColumn('instance', new TableColumn(tableColumn('healthEvidence', text(500, { default: "''" }))));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['healthEvidence', 'health', 'members']) await runner.dropColumn('instance', name);
  }
}

/** What it runs, how far its model is, and why it failed. */
class InstanceLife1764300001500 implements MigrationInterface {
  name = 'InstanceLife1764300001500';

  async up(runner: QueryRunner): Promise<void> {
    for (const column of lifeColumns) await runner.addColumn('instance', new TableColumn(column));
    // Rows that are there needed a value; new ones bring their own.
    for (const column of [tableColumn('revision', smallNumber()), tableColumn('health', text(16)), tableColumn('healthEvidence', text(500))]) await runner.changeColumn('instance', column.name, new TableColumn(column));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { name } of [...lifeColumns].reverse()) await runner.dropColumn('instance', name);
  }
}

const lifeColumns = [
  tableColumn('revision', smallNumber({ default: 1 })),
  tableColumn('modelBytesDone', bigNumber({ nullable: true })),
  tableColumn('modelBytesTotal', bigNumber({ nullable: true })),
  tableColumn('diagnosis', jsonColumn({ nullable: true })),
];

export const entities = [InstanceRow, InstanceRunRow];
export const migrations = [Instances1764000001500, InstanceLeaving1764100001500, InstanceGroups1764200001500, InstanceLife1764300001500, ...runMigrations];
