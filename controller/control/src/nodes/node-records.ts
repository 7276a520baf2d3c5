import { Column, Entity, Index, Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { instantColumn, jsonColumn, smallNumber, tableColumn, text, uid } from '../store/columns.js';

/** Something that happened to a node. */
@Entity('node_event')
@Index('ix_node_event_node', ['nodeId', 'at', 'id'])
@Index('ix_node_event_at', ['at'])
export class NodeEventRow {
  @Column(uid({ primary: true })) id: string;
  @Column(uid()) nodeId: string;
  @Column(instantColumn()) at: number;
  @Column(text(8)) severity: 'info' | 'warning' | 'error';
  @Column(text(16)) kind: string;
  @Column(text(64)) code: string;
  @Column(text(1000)) message: string;
  @Column(jsonColumn()) details: object;
}

/** One session of a node's agent. */
@Entity('node_session')
@Index('ix_node_session_opened', ['openedAt'])
export class NodeSessionRow {
  @Column(uid({ primary: true })) nodeId: string;
  @Column(smallNumber({ primary: true })) number: number;
  @Column(instantColumn()) openedAt: number;
  @Column(instantColumn({ nullable: true })) closedAt: number | null;
  @Column(text(64)) agentVersion: string;
  @Column(text(64)) address: string;
  @Column(text(64)) reason: string;
}

/** What was measured on a node in one step of time; see metric-tiers.ts for how long each step is kept. */
@Entity('node_history')
@Index('ix_node_history_at', ['stepSeconds', 'at'])
export class NodeHistoryRow {
  @Column(uid({ primary: true })) nodeId: string;
  @Column(smallNumber({ primary: true })) stepSeconds: number;
  @Column(instantColumn({ primary: true })) at: number;
  /** Samples in it. */
  @Column(smallNumber()) samples: number;
  @Column(jsonColumn()) metrics: StoredMetrics;
}

/** Average and maximum of each metric of the node, in the order of `NODE_METRICS`; of each card, of `GPU_METRICS`. */
export interface StoredMetrics {
  readonly node: readonly (number | null)[];
  readonly gpus: Readonly<Record<string, readonly (number | null)[]>>;
}

/** Events, sessions and measurements of nodes. */
export class NodeRecords1764100001300 implements MigrationInterface {
  name = 'NodeRecords1764100001300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'node_event',
        columns: [
          tableColumn('id', uid({ primary: true })),
          tableColumn('nodeId', uid()),
          tableColumn('at', instantColumn()),
          tableColumn('severity', text(8)),
          tableColumn('kind', text(16)),
          tableColumn('code', text(64)),
          tableColumn('message', text(1000)),
          tableColumn('details', jsonColumn()),
        ],
        indices: [
          new TableIndex({ name: 'ix_node_event_node', columnNames: ['nodeId', 'at', 'id'] }),
          new TableIndex({ name: 'ix_node_event_at', columnNames: ['at'] }),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'node_session',
        columns: [
          tableColumn('nodeId', uid({ primary: true })),
          tableColumn('number', smallNumber({ primary: true })),
          tableColumn('openedAt', instantColumn()),
          tableColumn('closedAt', instantColumn({ nullable: true })),
          tableColumn('agentVersion', text(64)),
          tableColumn('address', text(64)),
          tableColumn('reason', text(64)),
        ],
        indices: [new TableIndex({ name: 'ix_node_session_opened', columnNames: ['openedAt'] })],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'node_history',
        columns: [
          tableColumn('nodeId', uid({ primary: true })),
          tableColumn('stepSeconds', smallNumber({ primary: true })),
          tableColumn('at', instantColumn({ primary: true })),
          tableColumn('samples', smallNumber()),
          tableColumn('metrics', jsonColumn()),
        ],
        indices: [new TableIndex({ name: 'ix_node_history_at', columnNames: ['stepSeconds', 'at'] })],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['node_history', 'node_session', 'node_event']) await runner.dropTable(table);
  }
}
