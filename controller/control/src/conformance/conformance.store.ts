import { Column, Entity, Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { z } from 'zod';
import type { conformanceSchema } from '../services/services.schema.js';
import { instantColumn, jsonColumn, smallNumber, tableColumn, uid } from '../store/columns.js';

type View = z.infer<typeof conformanceSchema>;

/** What one revision of a service was seen to do. Written by the loop of this room, replaced when it is tried again. */
@Entity('service_conformance')
export class ConformanceRow {
  @Column(uid({ primary: true })) serviceId: string;
  @Column(smallNumber({ primary: true })) revision: number;
  @Column(instantColumn()) checkedAt: number;
  @Column(jsonColumn()) results: View['results'];
  @Column(smallNumber({ nullable: true })) embeddingDimensions: number | null;
  @Column(jsonColumn()) suggestions: View['suggestions'];
}

class Conformance1764300001700 implements MigrationInterface {
  name = 'Conformance1764300001700';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'service_conformance',
        columns: [
          tableColumn('serviceId', uid({ primary: true })), tableColumn('revision', smallNumber({ primary: true })), tableColumn('checkedAt', instantColumn()), tableColumn('results', jsonColumn()),
          tableColumn('embeddingDimensions', smallNumber({ nullable: true })), tableColumn('suggestions', jsonColumn()),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('service_conformance');
  }
}

export const entities = [ConformanceRow];
export const migrations = [Conformance1764300001700];
