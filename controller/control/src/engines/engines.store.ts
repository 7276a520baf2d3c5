import { Column, Entity, Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { z } from 'zod';
import { instantColumn, jsonColumn, tableColumn, text } from '../store/columns.js';
import type { customEngineSchema } from './engines.schema.js';

export type CustomEngine = z.infer<typeof customEngineSchema>;

/** An engine that an administrator described. */
@Entity('custom_engine')
export class CustomEngineRow {
  @Column(text(32, { primary: true })) id: CustomEngine['id'];
  @Column(jsonColumn()) definition: Omit<CustomEngine, 'id'>;
  @Column(instantColumn()) changedAt: number;
}

/** Where an engine's image comes from when that is not as shipped. Exactly one of both is set. */
@Entity('engine_image')
export class EngineImageRow {
  @Column(text(32, { primary: true })) engine: string;
  @Column(text(255, { nullable: true })) image: string | null;
  /** Registry, and path in it, that the shipped image is fetched through. */
  @Column(text(128, { nullable: true })) mirror: string | null;
}

class Engines1764300001200 implements MigrationInterface {
  name = 'Engines1764300001200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'custom_engine',
        columns: [tableColumn('id', text(32, { primary: true })), tableColumn('definition', jsonColumn()), tableColumn('changedAt', instantColumn())],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'engine_image',
        columns: [tableColumn('engine', text(32, { primary: true })), tableColumn('image', text(255, { nullable: true })), tableColumn('mirror', text(128, { nullable: true }))],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('engine_image');
    await runner.dropTable('custom_engine');
  }
}

export const entities = [CustomEngineRow, EngineImageRow];
export const migrations = [Engines1764300001200];
