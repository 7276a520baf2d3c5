import { Column, Entity, Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { smallNumber, tableColumn, text } from '../store/columns.js';

/** The settings an administrator edits: one row. */
@Entity('settings')
export class SettingsRow {
  @Column(smallNumber({ primary: true })) id: number;
  @Column(text(253, { nullable: true })) publicHost: string | null;
  @Column(smallNumber()) sessionIdleMinutes: number;
  @Column(smallNumber()) callRetentionDays: number;
}

class Settings1764000000400 implements MigrationInterface {
  name = 'Settings1764000000400';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'settings',
        columns: [
          tableColumn('id', smallNumber({ primary: true })),
          tableColumn('publicHost', text(253, { nullable: true })),
          tableColumn('sessionIdleMinutes', smallNumber()),
          tableColumn('callRetentionDays', smallNumber()),
        ],
      }),
    );
    await runner.query('insert into settings (id, publicHost, sessionIdleMinutes, callRetentionDays) values (1, null, 30, 90)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('settings');
  }
}

export const entities = [SettingsRow];
export const migrations = [Settings1764000000400];
