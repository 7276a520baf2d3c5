import { Column, Entity, Index, Table, TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { EngineId } from '../engines/index.js';
import type { ServiceSlot } from './service-slot.js';
import { bigNumber, instantColumn, jsonColumn, smallNumber, tableColumn, text, uid } from '../store/columns.js';

/** What a person deployed. */
@Entity('service')
@Index('ux_service_name', ['name'], { unique: true })
export class ServiceRow {
  @Column(uid({ primary: true })) id: string;
  @Column(text(64)) name: string;
  @Column(uid()) modelId: string;
  @Column(text(16)) engine: EngineId;
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

export const entities = [ServiceRow];
export const migrations = [Services1764000001600, ServiceReplacement1764100001600];
