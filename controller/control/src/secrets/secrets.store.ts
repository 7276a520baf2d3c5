import { Column, Entity, Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { longText, tableColumn, text } from '../store/columns.js';

/** One named secret of the controller, sealed. Written once, by `Vault`. */
@Entity('sealed_secret')
export class SealedSecret {
  @Column(text(64, { primary: true })) name: string;
  @Column(longText()) sealed: string;
}

class Secrets1764000000100 implements MigrationInterface {
  name = 'Secrets1764000000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({ name: 'sealed_secret', columns: [tableColumn('name', text(64, { primary: true })), tableColumn('sealed', longText())] }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('sealed_secret');
  }
}

export const entities = [SealedSecret];
export const migrations = [Secrets1764000000100];
