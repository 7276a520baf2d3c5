import { Column, Entity, Index, Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { HubFile, HubName } from '../hubs/index.js';
import { bigNumber, flag, instantColumn, jsonColumn, longText, smallNumber, tableColumn, text, uid } from '../store/columns.js';
import type { DownloadState } from './download.machine.js';

/** One wish to have a model from a hub, until its files are there. */
@Entity('download')
@Index('ix_download_state', ['state'])
export class DownloadRow {
  @Column(uid({ primary: true })) id: string;
  @Column(uid()) modelId: string;
  @Column(uid()) operationId: string;
  @Column(text(64)) name: string;
  @Column(text(128, { nullable: true })) variantId: string | null;
  @Column(text(16)) hub: HubName;
  @Column(text(200)) repository: string;
  /** A commit where the hub takes commits. */
  @Column(text(128)) revision: string;
  @Column(text(16)) format: 'gguf' | 'safetensors';
  /** What is fetched, with the hashes the hub promised when the download was asked for. */
  @Column(jsonColumn()) files: readonly HubFile[];
  @Column(bigNumber()) bytes: number;
  @Column(text(16)) state: DownloadState;
  /** Order in the queue, smaller first; may be negative. */
  @Column(bigNumber()) rank: number;
  @Column(text(8, { nullable: true })) waitingFor: 'space' | 'hub' | null;
  @Column(text(1000)) message: string;
  /** Of a waiting one: not before. */
  @Column(instantColumn({ nullable: true })) retryAt: number | null;
  /** Runs that ended at the hub without bringing a byte. */
  @Column(smallNumber()) hubFailures: number;
  /** Of a cancelled one: its bytes are gone. */
  @Column(flag()) cleared: boolean;
  @Column(instantColumn()) createdAt: number;
  @Column(instantColumn({ nullable: true })) startedAt: number | null;
}

/** Where models come from and how: one row. */
@Entity('hub_settings')
export class HubSettingsRow {
  @Column(smallNumber({ primary: true })) id: number;
  @Column(smallNumber()) activeDownloads: number;
  @Column(text(16)) primaryHub: HubName;
  @Column(text(253)) modelscopeAddress: string;
  @Column(text(253)) huggingfaceAddress: string;
  /** Sealed. */
  @Column(longText({ nullable: true })) modelscopeToken: string | null;
  /** Sealed. */
  @Column(longText({ nullable: true })) huggingfaceToken: string | null;
  @Column(bigNumber({ nullable: true })) downloadBytesPerSecond: number | null;
  @Column(bigNumber({ nullable: true })) distributionBytesPerSecond: number | null;
}

class Downloads1764100000700 implements MigrationInterface {
  name = 'Downloads1764100000700';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'download',
        columns: [
          tableColumn('id', uid({ primary: true })),
          tableColumn('modelId', uid()),
          tableColumn('operationId', uid()),
          tableColumn('name', text(64)),
          tableColumn('variantId', text(128, { nullable: true })),
          tableColumn('hub', text(16)),
          tableColumn('repository', text(200)),
          tableColumn('revision', text(128)),
          tableColumn('format', text(16)),
          tableColumn('files', jsonColumn()),
          tableColumn('bytes', bigNumber()),
          tableColumn('state', text(16)),
          tableColumn('rank', bigNumber()),
          tableColumn('waitingFor', text(8, { nullable: true })),
          tableColumn('message', text(1000)),
          tableColumn('retryAt', instantColumn({ nullable: true })),
          tableColumn('hubFailures', smallNumber()),
          tableColumn('cleared', flag()),
          tableColumn('createdAt', instantColumn()),
          tableColumn('startedAt', instantColumn({ nullable: true })),
        ],
        indices: [new TableIndex({ name: 'ix_download_state', columnNames: ['state'] })],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'hub_settings',
        columns: [
          tableColumn('id', smallNumber({ primary: true })),
          tableColumn('activeDownloads', smallNumber()),
          tableColumn('primaryHub', text(16)),
          tableColumn('modelscopeAddress', text(253)),
          tableColumn('huggingfaceAddress', text(253)),
          tableColumn('modelscopeToken', longText({ nullable: true })),
          tableColumn('huggingfaceToken', longText({ nullable: true })),
          tableColumn('downloadBytesPerSecond', bigNumber({ nullable: true })),
          tableColumn('distributionBytesPerSecond', bigNumber({ nullable: true })),
        ],
      }),
    );
    await runner.query(
      "insert into hub_settings (id, activeDownloads, primaryHub, modelscopeAddress, huggingfaceAddress) values (1, 1, 'modelscope', 'https://www.modelscope.cn', 'https://huggingface.co')",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('hub_settings');
    await runner.dropTable('download');
  }
}

export const entities = [DownloadRow, HubSettingsRow];
export const migrations = [Downloads1764100000700];
