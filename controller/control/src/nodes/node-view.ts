import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { Views } from '../events/index.js';
import { HeartbeatClock } from './heartbeat-clock.js';
import type { NodeInventory, NodeSample } from './node-inventory.js';
import { NodeUses, type NodeUse } from './node-uses.js';
import { NodeRepository } from './node.repository.js';
import type { nodeSchema } from './nodes.schema.js';
import type { NodeRow } from './nodes.store.js';

export type NodeView = z.infer<typeof nodeSchema>;

/** Nest token: the id of the machine that the controller runs on; empty when it has none. */
export const MACHINE_ID = Symbol('MachineId');

export function readMachineId(file = '/etc/machine-id'): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Nodes as people see them. */
@Injectable()
export class NodeViews implements OnModuleInit {
  constructor(
    private readonly nodes: NodeRepository,
    private readonly heartbeats: HeartbeatClock,
    private readonly uses: NodeUses,
    private readonly views: Views,
    @Inject(MACHINE_ID) private readonly machineId: string,
  ) {}

  onModuleInit(): void {
    this.views.register('nodes', (id) => this.get(id));
  }

  async list(): Promise<NodeView[]> {
    const [rows, uses] = await Promise.all([this.nodes.list(), this.uses.all()]);
    return rows.map((row) => this.#view(row, uses.get(row.id)));
  }

  async get(id: string): Promise<NodeView | undefined> {
    const row = await this.nodes.get(id);
    return row && this.#view(row, await this.uses.of(id));
  }

  #view(row: NodeRow, use: NodeUse = { services: [], instanceCount: 0 }): NodeView {
    const silent = row.state === 'unreachable' || row.state === 'joining';
    const sample = silent ? undefined : this.heartbeats.sample(row.id);
    return {
      id: row.id, name: row.name, type: row.inventory ? (row.inventory.gpus.length > 0 ? 'gpu' : 'cpu') : (row.askedType ?? 'cpu'), state: row.state, stateSince: iso(row.stateSince),
      management: this.#isManagement(row),
      availability: 'active', availabilityReason: '', availabilitySince: null, upgradeTo: null, operation: null, certificateExpiresAt: null, orphans: [], address: row.addresses[0] ?? '', agentVersion: row.agentVersion, lastSeenAt: this.#lastSeen(row), createdAt: iso(row.createdAt),
      inventory: row.inventory && inventoryView(row.inventory), metrics: sample ? metricsView(sample) : null, gpus: gpuViews(row.inventory, sample),
      services: [...use.services], instanceCount: use.instanceCount, orphanCount: this.heartbeats.orphanCount(row.id),
    };
  }

  #isManagement({ inventory, machineId }: NodeRow): boolean {
    return this.machineId !== '' && (inventory?.machineId ?? machineId) === this.machineId;
  }

  #lastSeen({ id, lastSeenAt }: NodeRow): string | null {
    const at = this.heartbeats.presence(id)?.heardAt ?? lastSeenAt;
    return at === null ? null : iso(at);
  }
}

function inventoryView({ hostname, os, kernel, arch, cpuModel, cpuCores, memoryBytes, diskBytes, gpuError, drivers, engines }: NodeInventory): NonNullable<NodeView['inventory']> {
  return {
    hostname, os, kernel, arch, libc: '', cpuModel, cpuCores, memoryBytes, diskBytes, gpuError, disks: [], interfaces: [],
    drivers: drivers.map((driver) => ({ ...driver })), engines: engines.map((engine) => ({ ...engine })),
  };
}

function metricsView({ at, cpuRatio, memoryUsedBytes, diskUsedBytes, load1 }: NodeSample): NonNullable<NodeView['metrics']> {
  return {
    at: iso(at), cpuRatio, memoryUsedBytes, diskUsedBytes, load1, swapUsedBytes: null, diskReadBytesPerSecond: null, diskWriteBytesPerSecond: null,
    networkRxBytesPerSecond: null, networkTxBytesPerSecond: null, disks: [],
  };
}

function gpuViews(inventory: NodeInventory | null, sample: NodeSample | undefined): NodeView['gpus'] {
  return (inventory?.gpus ?? []).map((gpu) => {
    const now = sample?.gpus.find(({ uuid }) => uuid === gpu.uuid);
    return {
      index: gpu.index, uuid: gpu.uuid, name: gpu.name, memoryBytes: gpu.memoryBytes, memoryUsedBytes: now?.memoryUsedBytes ?? null,
      utilisationRatio: now?.utilisationRatio ?? null, temperatureCelsius: now?.temperatureCelsius ?? null, powerWatts: now?.powerWatts ?? null, health: now?.health ?? 'unknown',
      vendor: 'nvidia', powerLimitWatts: null, driverVersion: null, computeCapability: null, pciAddress: null, healthMessage: '', eccUncorrected: null, xid: null,
      mig: null, processes: [], quarantine: null,
    };
  });
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
