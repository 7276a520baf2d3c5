import { Column, Entity, Index, Table, TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { NodeInventory } from './node-inventory.js';
import type { NodeState } from './node.machine.js';
import { bigNumber, instantColumn, jsonColumn, smallNumber, tableColumn, text, uid } from '../store/columns.js';

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

export const entities = [NodeRow];
export const migrations = [Nodes1764000001200, NodeAskedType1764100001100];
