import { Column, Entity, Index, Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { flag, instantColumn, jsonColumn, smallNumber, tableColumn, text, uid } from '../store/columns.js';
import type { HostKeyAlgorithm } from './fingerprint.js';
import type { PreflightRow } from './preflight.machine.js';

/** The SSH host key a person confirmed for a node. It counts as long as the node is there. */
@Entity('node_host_key')
@Index('ix_node_host_key_host', ['host', 'port'])
export class NodeHostKeyRow {
  @Column(uid({ primary: true })) nodeId: string;
  @Column(text(253)) host: string;
  @Column(smallNumber()) port: number;
  @Column(text(64)) fingerprint: string;
  /** Known after the first handshake. */
  @Column(text(32, { nullable: true })) algorithm: HostKeyAlgorithm | null;
  @Column(text(128)) pinnedBy: string;
  @Column(instantColumn()) pinnedAt: number;
}

/** How a node was added over SSH. Nothing in it is secret. */
@Entity('node_bootstrap')
export class NodeBootstrapRow {
  @Column(uid({ primary: true })) nodeId: string;
  @Column(uid()) operationId: string;
  @Column(text(253)) host: string;
  @Column(smallNumber()) port: number;
  @Column(text(32)) user: string;
  @Column(text(8)) type: 'gpu' | 'cpu';
  @Column(text(16)) review: 'always' | 'problems';
  @Column(jsonColumn()) fixes: string[];
  @Column(flag()) despiteFailures: boolean;
  /** A step that changes the server has begun. */
  @Column(flag()) touched: boolean;
  @Column(jsonColumn({ nullable: true })) preflight: PreflightRow[] | null;
  @Column(instantColumn({ nullable: true })) preflightAt: number | null;
}

class Bootstrap1764100001200 implements MigrationInterface {
  name = 'Bootstrap1764100001200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'node_host_key',
        columns: [
          tableColumn('nodeId', uid({ primary: true })),
          tableColumn('host', text(253)),
          tableColumn('port', smallNumber()),
          tableColumn('fingerprint', text(64)),
          tableColumn('algorithm', text(32, { nullable: true })),
          tableColumn('pinnedBy', text(128)),
          tableColumn('pinnedAt', instantColumn()),
        ],
        indices: [new TableIndex({ name: 'ix_node_host_key_host', columnNames: ['host', 'port'] })],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'node_bootstrap',
        columns: [
          tableColumn('nodeId', uid({ primary: true })),
          tableColumn('operationId', uid()),
          tableColumn('host', text(253)),
          tableColumn('port', smallNumber()),
          tableColumn('user', text(32)),
          tableColumn('type', text(8)),
          tableColumn('review', text(16)),
          tableColumn('fixes', jsonColumn()),
          tableColumn('despiteFailures', flag()),
          tableColumn('touched', flag()),
          tableColumn('preflight', jsonColumn({ nullable: true })),
          tableColumn('preflightAt', instantColumn({ nullable: true })),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('node_bootstrap');
    await runner.dropTable('node_host_key');
  }
}

export const entities = [NodeHostKeyRow, NodeBootstrapRow];
export const migrations = [Bootstrap1764100001200];
