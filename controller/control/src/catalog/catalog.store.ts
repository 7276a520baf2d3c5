import { Column, Entity, Index, Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { flag, instantColumn, jsonColumn, tableColumn, text, uid } from '../store/columns.js';
import type { Card } from './card.js';

/** A card of one's own, or what was done to a shipped one: its edit, its hiding. */
@Entity('catalog_card')
@Index('ux_catalog_card_name', ['nameKey'], { unique: true })
export class CatalogCardRow {
  /** Of an own card: a UUID; else the id of the shipped card. */
  @Column(uid({ primary: true })) id: string;
  @Column(text(8)) origin: 'own' | 'shipped';
  /** The card's name in lower case; null while a shipped one is only hidden. */
  @Column(text(192, { nullable: true })) nameKey: string | null;
  /** The whole card; null while a shipped one is only hidden. */
  @Column(jsonColumn({ nullable: true })) card: Omit<Card, 'id'> | null;
  @Column(flag()) hidden: boolean;
  @Column(instantColumn()) createdAt: number;
}

class Catalog1764100000500 implements MigrationInterface {
  name = 'Catalog1764100000500';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'catalog_card',
        columns: [
          tableColumn('id', uid({ primary: true })),
          tableColumn('origin', text(8)),
          tableColumn('nameKey', text(192, { nullable: true })),
          tableColumn('card', jsonColumn({ nullable: true })),
          tableColumn('hidden', flag()),
          tableColumn('createdAt', instantColumn()),
        ],
        indices: [new TableIndex({ name: 'ux_catalog_card_name', columnNames: ['nameKey'], isUnique: true })],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('catalog_card');
  }
}

export const entities = [CatalogCardRow];
export const migrations = [Catalog1764100000500];
