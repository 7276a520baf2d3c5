import { Column, Entity, Index, Table, TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { EngineId } from '../engines/index.js';
import type { ServiceSlot } from './service-slot.js';
import type { Scaling } from './scaling.machine.js';
import { bigNumber, instantColumn, jsonColumn, smallNumber, tableColumn, text, uid } from '../store/columns.js';

/** What a person deployed. */
@Entity('service')
@Index('ux_service_name', ['name'], { unique: true })
export class ServiceRow {
  @Column(uid({ primary: true })) id: string;
  @Column(text(64)) name: string;
  @Column(uid()) modelId: string;
  @Column(text(32)) engine: EngineId;
  @Column(text(16)) mode: 'single' | 'distributed' | 'cpu';
  @Column(text(2000)) parameters: string;
  @Column(jsonColumn()) argv: string[];
  @Column(bigNumber()) contextLength: number;
  @Column(smallNumber()) parallel: number;
  @Column(bigNumber()) needBytes: number;
  /** Wanted instances. */
  @Column(jsonColumn()) slots: ServiceSlot[];
  @Column(bigNumber()) generation: number;
  @Column(instantColumn()) createdAt: number;
  @Column(text(128)) createdBy: string;
  @Column(instantColumn({ nullable: true })) deletingAt: number | null;
  /** First time an instance was ready. */
  @Column(instantColumn({ nullable: true })) readyAt: number | null;
  /** Minutes of silence after which an instance is replaced elsewhere; null: never by itself. */
  @Column(smallNumber({ nullable: true })) replaceAfterMinutes: number | null;
  @Column(smallNumber()) revision: number;
  /** The newest revision of which an instance was ready once; null: none yet. */
  @Column(smallNumber({ nullable: true })) provenRevision: number | null;
  /** Since when a person keeps it stopped. */
  @Column(instantColumn({ nullable: true })) stoppedAt: number | null;
  @Column(jsonColumn({ nullable: true })) scaling: Scaling | null;
  /** How many instances scaling wants; null: as many as slots. */
  @Column(smallNumber({ nullable: true })) scaledTo: number | null;
  @Column(text(255)) scalingReason: string;
  @Column(text(32, { nullable: true })) networkInterface: string | null;
  /** When a person last wished that everything that had failed until then is tried anew. */
  @Column(instantColumn({ nullable: true })) retriedAt: number | null;
}

/** How a service ran, or was meant to run: rows are added and never changed. */
@Entity('service_revision')
export class ServiceRevisionRow {
  @Column(uid({ primary: true })) serviceId: string;
  @Column(smallNumber({ primary: true })) revision: number;
  @Column(instantColumn()) createdAt: number;
  @Column(text(128)) createdBy: string;
  @Column(text(32)) engine: EngineId;
  @Column(text(16)) mode: 'single' | 'distributed' | 'cpu';
  @Column(text(2000)) parameters: string;
  @Column(jsonColumn()) argv: string[];
  @Column(bigNumber()) contextLength: number;
  @Column(smallNumber()) parallel: number;
  @Column(bigNumber()) needBytes: number;
  @Column(text(32, { nullable: true })) networkInterface: string | null;
  @Column(text(200)) note: string;
}

/** What happened to a service. */
@Entity('service_event')
@Index('ix_service_event', ['serviceId', 'at', 'id'])
export class ServiceEventRow {
  @Column(uid({ primary: true })) id: string;
  @Column(uid()) serviceId: string;
  @Column(instantColumn()) at: number;
  @Column(text(8)) severity: 'info' | 'warning' | 'error';
  @Column(text(64)) code: string;
  @Column(text(1000)) message: string;
  @Column(uid({ nullable: true })) instanceId: string | null;
  @Column(jsonColumn()) details: object;
}

class Services1764000001600 implements MigrationInterface {
  name = 'Services1764000001600';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'service',
        columns: [
          tableColumn('id', uid({ primary: true })),
          tableColumn('name', text(64)),
          tableColumn('modelId', uid()),
          tableColumn('engine', text(16)),
          tableColumn('mode', text(16)),
          tableColumn('parameters', text(2000)),
          tableColumn('argv', jsonColumn()),
          tableColumn('contextLength', bigNumber()),
          tableColumn('parallel', smallNumber()),
          tableColumn('needBytes', bigNumber()),
          tableColumn('slots', jsonColumn()),
          tableColumn('generation', bigNumber()),
          tableColumn('createdAt', instantColumn()),
          tableColumn('createdBy', text(128)),
          tableColumn('deletingAt', instantColumn({ nullable: true })),
          tableColumn('readyAt', instantColumn({ nullable: true })),
        ],
        indices: [
          new TableIndex({ name: 'ux_service_name', columnNames: ['name'], isUnique: true }),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('service');
  }
}

/** Replacement of instances whose node stays away. Off for services that are there. */
class ServiceReplacement1764100001600 implements MigrationInterface {
  name = 'ServiceReplacement1764100001600';

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('service', new TableColumn(tableColumn('replaceAfterMinutes', smallNumber({ nullable: true }))));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('service', 'replaceAfterMinutes');
  }
}

/** Revisions, a stop that stays, scaling, and what happened. What runs becomes revision 1. */
class ServiceLife1764200001600 implements MigrationInterface {
  name = 'ServiceLife1764200001600';

  async up(runner: QueryRunner): Promise<void> {
    for (const column of lifeColumns) await runner.addColumn('service', new TableColumn(column));
    // Rows that are there needed a value; new ones bring their own.
    await runner.changeColumn('service', 'revision', new TableColumn(tableColumn('revision', smallNumber())));
    await runner.changeColumn('service', 'scalingReason', new TableColumn(tableColumn('scalingReason', text(255))));
    await runner.createTable(new Table({ name: 'service_revision', columns: revisionColumns }));
    await runner.createTable(new Table({ name: 'service_event', columns: eventColumns, indices: [new TableIndex({ name: 'ix_service_event', columnNames: ['serviceId', 'at', 'id'] })] }));
    const taken = 'createdAt, createdBy, engine, mode, parameters, argv, contextLength, parallel, needBytes';
    await runner.query(`insert into service_revision (serviceId, revision, note, ${taken}) select id, 1, '', ${taken} from service`);
    await runner.query('update service set provenRevision = 1 where readyAt is not null');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('service_event');
    await runner.dropTable('service_revision');
    for (const { name } of [...lifeColumns].reverse()) await runner.dropColumn('service', name);
  }
}

const lifeColumns = [
  tableColumn('revision', smallNumber({ default: 1 })),
  tableColumn('provenRevision', smallNumber({ nullable: true })),
  tableColumn('stoppedAt', instantColumn({ nullable: true })),
  tableColumn('scaling', jsonColumn({ nullable: true })),
  tableColumn('scaledTo', smallNumber({ nullable: true })),
  tableColumn('scalingReason', text(255, { default: "''" })),
  tableColumn('networkInterface', text(32, { nullable: true })),
];

const revisionColumns = [
  tableColumn('serviceId', uid({ primary: true })),
  tableColumn('revision', smallNumber({ primary: true })),
  tableColumn('createdAt', instantColumn()),
  tableColumn('createdBy', text(128)),
  tableColumn('engine', text(16)),
  tableColumn('mode', text(16)),
  tableColumn('parameters', text(2000)),
  tableColumn('argv', jsonColumn()),
  tableColumn('contextLength', bigNumber()),
  tableColumn('parallel', smallNumber()),
  tableColumn('needBytes', bigNumber()),
  tableColumn('networkInterface', text(32, { nullable: true })),
  tableColumn('note', text(200)),
];

const eventColumns = [
  tableColumn('id', uid({ primary: true })),
  tableColumn('serviceId', uid()),
  tableColumn('at', instantColumn()),
  tableColumn('severity', text(8)),
  tableColumn('code', text(64)),
  tableColumn('message', text(1000)),
  tableColumn('instanceId', uid({ nullable: true })),
  tableColumn('details', jsonColumn()),
];

export const entities = [ServiceRow, ServiceRevisionRow, ServiceEventRow];
/** Engines of an administrator's own have longer names. MySQL's column is widened where it lies: changing it by its description would empty it. */
class ServiceEngineNames1764300001600 implements MigrationInterface {
  name = 'ServiceEngineNames1764300001600';

  async up(runner: QueryRunner): Promise<void> {
    await resizeEngine(runner, 32);
  }

  async down(runner: QueryRunner): Promise<void> {
    await resizeEngine(runner, 16);
  }
}

async function resizeEngine(runner: QueryRunner, length: number): Promise<void> {
  for (const table of ['service', 'service_revision']) {
    if (runner.dataSource.options.type === 'mysql') await runner.query(`alter table ${table} modify engine varchar(${length}) not null`);
    else await runner.changeColumn(table, 'engine', new TableColumn(tableColumn('engine', text(length))));
  }
}

/** Another try of what failed is a wish like others. */
class ServiceRetries1764400001600 implements MigrationInterface {
  name = 'ServiceRetries1764400001600';

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('service', new TableColumn(tableColumn('retriedAt', instantColumn({ nullable: true }))));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('service', 'retriedAt');
  }
}

export const migrations = [Services1764000001600, ServiceReplacement1764100001600, ServiceLife1764200001600, ServiceEngineNames1764300001600, ServiceRetries1764400001600];
