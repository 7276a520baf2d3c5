import { Column, Entity, Index, Table, TableColumn, TableIndex, type ColumnOptions, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { CardJudgement } from './card-quarantine.js';
import type { Departure } from './departure.machine.js';
import type { NodeAvailability } from './node-availability.js';
import type { NodeInventory } from './node-inventory.js';
import type { NodeState } from './node.machine.js';
import { NodeEventRow, NodeHistoryRow, NodeRecords1764100001300, NodeSessionRow } from './node-records.js';
import { bigNumber, flag, instantColumn, jsonColumn, smallNumber, tableColumn, text, uid } from '../store/columns.js';

/** A server with an agent. Gone when it is removed; `member` and `revocation` remember it. */
@Entity('node')
@Index('ux_node_name', ['name'], { unique: true })
export class NodeRow {
  @Column(uid({ primary: true })) id: string;
  @Column(text(64)) name: string;
  @Column(text(128)) machineId: string;
  @Column(jsonColumn()) addresses: string[];
  /** 0 until the agent told it. */
  @Column(smallNumber()) dataPort: number;
  @Column(text(16)) state: NodeState;
  @Column(instantColumn()) stateSince: number;
  @Column(text(64, { nullable: true })) agentVersion: string | null;
  /** Written with a change of state only; the exact moment is in memory. */
  @Column(instantColumn({ nullable: true })) lastSeenAt: number | null;
  @Column(jsonColumn({ nullable: true })) inventory: NodeInventory | null;
  /** Sessions opened so far: the number of the newest one. */
  @Column(bigNumber()) sessions: number;
  @Column(instantColumn()) createdAt: number;
  /** What a person asked for who had it added; null when it joined by itself. */
  @Column(text(8, { nullable: true })) askedType: 'gpu' | 'cpu' | null;
  /** Whether it takes instances; a person and the departure loop write it. */
  @Column(text(16)) availability: NodeAvailability;
  @Column(text(255)) availabilityReason: string;
  @Column(instantColumn({ nullable: true })) availabilitySince: number | null;
  /** Cards that were judged, by a person or by their faults. */
  @Column(jsonColumn()) cards: CardJudgement[];
  /** The drain or removal that is under way. */
  @Column(jsonColumn({ nullable: true })) departure: Departure | null;
  /** The installation's own agent, on the controller's machine. Null: it joined before this was noted. */
  @Column(flag({ nullable: true })) local: boolean | null;
}

class Nodes1764000001200 implements MigrationInterface {
  name = 'Nodes1764000001200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'node',
        columns: [
          tableColumn('id', uid({ primary: true })),
          tableColumn('name', text(64)),
          tableColumn('machineId', text(128)),
          tableColumn('addresses', jsonColumn()),
          tableColumn('dataPort', smallNumber()),
          tableColumn('state', text(16)),
          tableColumn('stateSince', instantColumn()),
          tableColumn('agentVersion', text(64, { nullable: true })),
          tableColumn('lastSeenAt', instantColumn({ nullable: true })),
          tableColumn('inventory', jsonColumn({ nullable: true })),
          tableColumn('sessions', bigNumber()),
          tableColumn('createdAt', instantColumn()),
        ],
        indices: [
          new TableIndex({ name: 'ux_node_name', columnNames: ['name'], isUnique: true }),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('node');
  }
}

class NodeAskedType1764100001100 implements MigrationInterface {
  name = 'NodeAskedType1764100001100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('node', new TableColumn(tableColumn('askedType', text(8, { nullable: true }))));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('node', 'askedType');
  }
}

/** Availability, judged cards, departures, certificates. Old rows are active. */
class NodeLife1764100001200 implements MigrationInterface {
  name = 'NodeLife1764100001200';

  async up(runner: QueryRunner): Promise<void> {
    await addFilled(runner, 'node', 'availability', text(16), "'active'");
    await addFilled(runner, 'node', 'availabilityReason', text(255), "''");
    await addFilled(runner, 'node', 'cards', jsonColumn(), "'[]'");
    for (const [name, column] of Object.entries(OPTIONAL)) await runner.addColumn('node', new TableColumn(tableColumn(name, column)));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of [...Object.keys(OPTIONAL), 'cards', 'availabilityReason', 'availability']) await runner.dropColumn('node', name);
  }
}

const OPTIONAL = {
  availabilitySince: instantColumn({ nullable: true }), departure: jsonColumn({ nullable: true }), local: flag({ nullable: true }),
};

/** A new column that must hold something, also in old rows; `value` is an SQL literal of ours. */
async function addFilled(runner: QueryRunner, table: string, name: string, column: ColumnOptions, value: string): Promise<void> {
  await runner.addColumn(table, new TableColumn({ ...tableColumn(name, column), isNullable: true }));
  await runner.query(`UPDATE ${table} SET ${name} = ${value}`);
  await runner.changeColumn(table, name, new TableColumn(tableColumn(name, column)));
}

export const entities = [NodeRow, NodeEventRow, NodeSessionRow, NodeHistoryRow];
export const migrations = [Nodes1764000001200, NodeAskedType1764100001100, NodeLife1764100001200, NodeRecords1764100001300];
