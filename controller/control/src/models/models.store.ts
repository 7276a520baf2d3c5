import { Column, Entity, Index, Table, TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { FileStamp } from './file-stamp.js';
import type { ManifestFile } from './manifest.js';
import type { ModelKind } from './model-kind.js';
import type { ModelShape } from './model-shape.js';
import { bigNumber, flag, instantColumn, jsonColumn, longText, tableColumn, text, uid } from '../store/columns.js';

/** A model of the library. */
@Entity('model')
@Index('ux_model_name', ['name'], { unique: true })
export class ModelRow {
  @Column(uid({ primary: true })) id: string;
  @Column(text(64)) name: string;
  @Column(text(16)) state: 'importing' | 'downloading' | 'ready' | 'failed' | 'deleting';
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
  @Column(text(16)) kind: ModelKind;
  /** owner/name at a hub; null for files that came from elsewhere. */
  @Column(text(200, { nullable: true })) repository: string | null;
  /** Commit or branch the files are of; null: not known yet, or the hub's default. */
  @Column(text(128, { nullable: true })) revision: string | null;
  /** `<family>/<variant>` of the catalog; null: not from there. */
  @Column(text(128, { nullable: true })) variantId: string | null;
  @Column(text(32, { nullable: true })) quantisation: string | null;
  @Column(bigNumber({ nullable: true })) activeParameterCount: number | null;
  /** The files stay where they were: read by us, never written or deleted. */
  @Column(flag()) inPlace: boolean;
  /** The node they lie on; null: the management node. */
  @Column(uid({ nullable: true })) inPlaceNodeId: string | null;
  /** Directory of files that stay where they were. */
  @Column(longText({ nullable: true })) inPlaceRoot: string | null;
  /** What files in place looked like when they were hashed: tells cheaply whether somebody changed them. */
  @Column(jsonColumn({ nullable: true })) stamps: readonly FileStamp[] | null;
  /** Files that run code when loaded, or ask for it; null: none. */
  @Column(jsonColumn({ nullable: true })) codeFiles: readonly string[] | null;
  /** The administrator who allows them to be loaded. */
  @Column(text(128, { nullable: true })) codeApprovedBy: string | null;
  /** When all bytes were last found to be what the manifest says. */
  @Column(instantColumn({ nullable: true })) verifiedAt: number | null;
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

/** Hubs, catalog, models in place, code that must be approved. What was there before was copied, and made for chat. */
class ModelOrigins1764100000400 implements MigrationInterface {
  name = 'ModelOrigins1764100000400';

  async up(runner: QueryRunner): Promise<void> {
    const columns = {
      kind: text(16, { default: "'llm'" }), inPlace: flag({ default: 0 }), repository: text(200, { nullable: true }), revision: text(128, { nullable: true }), variantId: text(128, { nullable: true }),
      quantisation: text(32, { nullable: true }), activeParameterCount: bigNumber({ nullable: true }), inPlaceNodeId: uid({ nullable: true }),
      inPlaceRoot: longText({ nullable: true }), stamps: jsonColumn({ nullable: true }), codeFiles: jsonColumn({ nullable: true }),
      codeApprovedBy: text(128, { nullable: true }), verifiedAt: instantColumn({ nullable: true }),
    };
    await runner.addColumns('model', Object.entries(columns).map(([name, column]) => new TableColumn(tableColumn(name, column))));
    await runner.changeColumn('model', 'kind', new TableColumn(tableColumn('kind', text(16))));
    await runner.changeColumn('model', 'inPlace', new TableColumn(tableColumn('inPlace', flag())));
    await runner.query('UPDATE model SET verifiedAt = readyAt');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumns('model', [
      'kind', 'inPlace', 'repository', 'revision', 'variantId', 'quantisation', 'activeParameterCount', 'inPlaceNodeId', 'inPlaceRoot', 'stamps', 'codeFiles', 'codeApprovedBy', 'verifiedAt',
    ]);
  }
}

export const entities = [ModelRow];
export const migrations = [Models1764000001400, ModelOrigins1764100000400];
