import { Injectable } from '@nestjs/common';
import { Clock } from '../config/index.js';
import { NodeRow } from '../nodes/nodes.store.js';
import { Store, type Tx } from '../store/index.js';
import { NodeBootstrapRow, NodeHostKeyRow } from './bootstrap.store.js';
import type { HostKeyAlgorithm } from './fingerprint.js';
import type { PreflightRow } from './preflight.machine.js';

export type BootstrapStart = Omit<NodeBootstrapRow, 'despiteFailures' | 'touched' | 'preflight' | 'preflightAt'> & { readonly fingerprint: string; readonly pinnedBy: string };

/** Rows of jobs that add nodes, and the host keys pinned for them. */
@Injectable()
export class BootstrapRepository {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  async get(nodeId: string): Promise<NodeBootstrapRow | undefined> {
    return (await this.store.manager.findOneBy(NodeBootstrapRow, { nodeId })) ?? undefined;
  }

  async hostKey(nodeId: string): Promise<NodeHostKeyRow | undefined> {
    return (await this.store.manager.findOneBy(NodeHostKeyRow, { nodeId })) ?? undefined;
  }

  /** The key pinned for an address by a node that is still there. */
  async pinned(host: string, port: number): Promise<NodeHostKeyRow | undefined> {
    const rows = await this.store.manager.find(NodeHostKeyRow, { where: { host: host.toLowerCase(), port }, order: { pinnedAt: 'DESC' } });
    for (const row of rows) if (await this.store.manager.existsBy(NodeRow, { id: row.nodeId })) return row;
    return undefined;
  }

  async create(tx: Tx, { fingerprint, pinnedBy, ...row }: BootstrapStart): Promise<void> {
    await tx.manager.insert(NodeBootstrapRow, { ...row, despiteFailures: false, touched: false, preflight: null, preflightAt: null });
    await tx.manager.insert(NodeHostKeyRow, { nodeId: row.nodeId, host: row.host.toLowerCase(), port: row.port, fingerprint, algorithm: null, pinnedBy, pinnedAt: this.clock.now() });
  }

  /** Which of the server's keys the confirmed fingerprint belongs to. */
  async learnAlgorithm(nodeId: string, algorithm: HostKeyAlgorithm): Promise<void> {
    await this.store.transaction(({ manager }) => manager.update(NodeHostKeyRow, { nodeId }, { algorithm }));
  }

  async recordPreflight(nodeId: string, preflight: PreflightRow[]): Promise<void> {
    await this.store.transaction(({ manager }) => manager.update(NodeBootstrapRow, { nodeId }, { preflight, preflightAt: this.clock.now() }));
  }

  /** Before the first change on the server: from now on there is something to take back. */
  async touch(nodeId: string): Promise<void> {
    await this.store.transaction(({ manager }) => manager.update(NodeBootstrapRow, { nodeId }, { touched: true }));
  }

  async agree(tx: Tx, nodeId: string, consent: { fixes?: string[]; despiteFailures?: boolean; user?: string; host?: string; port?: number }): Promise<void> {
    if (Object.keys(consent).length > 0) await tx.manager.update(NodeBootstrapRow, { nodeId }, consent);
    const { host, port } = consent;
    const moved = { ...(host === undefined ? {} : { host: host.toLowerCase() }), ...(port === undefined ? {} : { port }) };
    if (Object.keys(moved).length > 0) await tx.manager.update(NodeHostKeyRow, { nodeId }, moved);
  }

  async remove(tx: Tx, nodeId: string): Promise<void> {
    await tx.manager.delete(NodeBootstrapRow, { nodeId });
    await tx.manager.delete(NodeHostKeyRow, { nodeId });
  }
}
