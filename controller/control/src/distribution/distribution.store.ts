import { Column, Entity, Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { instantColumn, tableColumn, text, uid } from '../store/columns.js';

/** A model that was deleted from the library: nodes that still have it, now or when they come back, are told to delete it. */
@Entity('erased_model')
export class ErasedModelRow {
  /** Of its manifest: what nodes know it by. */
  @Column(text(64, { primary: true })) digest: string;
  @Column(uid()) modelId: string;
  @Column(text(64)) name: string;
  @Column(instantColumn()) erasedAt: number;
}

class ErasedModels1764100000700 implements MigrationInterface {
  name = 'ErasedModels1764100000700';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'erased_model',
        columns: [tableColumn('digest', text(64, { primary: true })), tableColumn('modelId', uid()), tableColumn('name', text(64)), tableColumn('erasedAt', instantColumn())],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('erased_model');
  }
}

export const entities = [ErasedModelRow];
export const migrations = [ErasedModels1764100000700];
