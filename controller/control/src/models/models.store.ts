import { Column, Entity, Index, Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { ManifestFile } from './manifest.js';
import type { ModelShape } from './model-shape.js';
import { bigNumber, flag, instantColumn, jsonColumn, tableColumn, text, uid } from '../store/columns.js';

/** A model of the library. */
@Entity('model')
@Index('ux_model_name', ['name'], { unique: true })
export class ModelRow {
  @Column(uid({ primary: true })) id: string;
  @Column(text(64)) name: string;
  @Column(text(16)) state: 'importing' | 'ready' | 'failed' | 'deleting';
  @Column(text(16)) format: 'gguf' | 'safetensors';
  @Column(text(16)) source: 'local' | 'modelscope' | 'huggingface' | 'bundled';
  @Column(text(4096, { nullable: true })) sourcePath: string | null;
  @Column(bigNumber()) bytes: number;
  /** The manifest: every file with its size and SHA-256. */
  @Column(jsonColumn()) files: readonly ManifestFile[];
  /** SHA-256 over the canonical manifest; set when ready. */
  @Column(text(64, { nullable: true })) digest: string | null;
  /** What an engine is pointed at inside the model; empty: the directory. */
  @Column(text(255)) entry: string;
  @Column(bigNumber()) weightsBytes: number;
  @Column(bigNumber({ nullable: true })) parameterCount: number | null;
  @Column(text(32, { nullable: true })) dataType: string | null;
  @Column(bigNumber({ nullable: true })) contextLength: number | null;
  @Column(text(128, { nullable: true })) architecture: string | null;
  @Column(jsonColumn({ nullable: true })) shape: ModelShape | null;
  @Column(flag()) chatTemplate: boolean;
  @Column(text(255, { nullable: true })) licence: string | null;
  @Column(text(500)) description: string;
  @Column(uid({ nullable: true })) operationId: string | null;
  @Column(text(1000, { nullable: true })) failure: string | null;
  @Column(instantColumn()) createdAt: number;
  @Column(instantColumn({ nullable: true })) readyAt: number | null;
}

class Models1764000001400 implements MigrationInterface {
  name = 'Models1764000001400';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'model',
        columns: [
          tableColumn('id', uid({ primary: true })),
          tableColumn('name', text(64)),
          tableColumn('state', text(16)),
          tableColumn('format', text(16)),
          tableColumn('source', text(16)),
          tableColumn('sourcePath', text(4096, { nullable: true })),
          tableColumn('bytes', bigNumber()),
          tableColumn('files', jsonColumn()),
          tableColumn('digest', text(64, { nullable: true })),
          tableColumn('entry', text(255)),
          tableColumn('weightsBytes', bigNumber()),
          tableColumn('parameterCount', bigNumber({ nullable: true })),
          tableColumn('dataType', text(32, { nullable: true })),
          tableColumn('contextLength', bigNumber({ nullable: true })),
          tableColumn('architecture', text(128, { nullable: true })),
          tableColumn('shape', jsonColumn({ nullable: true })),
          tableColumn('chatTemplate', flag()),
          tableColumn('licence', text(255, { nullable: true })),
          tableColumn('description', text(500)),
          tableColumn('operationId', uid({ nullable: true })),
          tableColumn('failure', text(1000, { nullable: true })),
          tableColumn('createdAt', instantColumn()),
          tableColumn('readyAt', instantColumn({ nullable: true })),
        ],
        indices: [
          new TableIndex({ name: 'ux_model_name', columnNames: ['name'], isUnique: true }),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('model');
  }
}

export const entities = [ModelRow];
export const migrations = [Models1764000001400];
