import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { Views } from '../events/index.js';
import { keepJson } from '../http/index.js';
import type { OperationView } from '../operations/index.js';
import { MemberIdentities } from '../pki/index.js';
import { quarantineOf } from './card-quarantine.js';
import { HeartbeatClock } from './heartbeat-clock.js';
import type { NodeCardInfo, NodeInventory, NodeOrphan, NodeSample } from './node-inventory.js';
import { NodeJobs } from './node-jobs.js';
import { NodeUpgrades } from './node-upgrades.js';
import { NodeUses, type NodeUse } from './node-uses.js';
import { NodeRepository } from './node.repository.js';
import type { nodeSchema } from './nodes.schema.js';
import type { NodeRow } from './nodes.store.js';

export type NodeView = z.infer<typeof nodeSchema>;

const NO_USE: NodeUse = { services: [], instanceCount: 0 };

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
  readonly #shown = new WeakMap<NodeRow, { readonly from: readonly unknown[]; readonly view: NodeView }>();

  constructor(
    private readonly nodes: NodeRepository,
    private readonly heartbeats: HeartbeatClock,
    private readonly uses: NodeUses,
    private readonly jobs: NodeJobs,
    private readonly upgrades: NodeUpgrades,
    private readonly identities: MemberIdentities,
    private readonly views: Views,
    @Inject(MACHINE_ID) private readonly machineId: string,
  ) {}

  onModuleInit(): void {
    this.views.register('nodes', (id) => this.get(id));
  }

  async list(): Promise<NodeView[]> {
    const [rows, uses, jobs, expiries] = await Promise.all([this.nodes.list(), this.uses.all(), this.jobs.newest(), this.identities.expiries()]);
    return rows.map((row) => this.#view(row, uses.get(row.id), jobs.get(row.id), expiries.get(row.id)));
  }

  async get(id: string): Promise<NodeView | undefined> {
    const [row, use, jobs, expiries] = await Promise.all([this.nodes.get(id), this.uses.of(id), this.jobs.newest(), this.identities.expiries()]);
    return row && this.#view(row, use, jobs.get(id), expiries.get(id));
  }

  /**
   * The installation's own node: it runs on the controller's machine, and was the first to join over loopback with a token
   * made by the local administrator, as only the supervisor does. Nodes that joined before this was noted count by the machine.
   */
  isManagement({ inventory, machineId, local }: NodeRow): boolean {
    return local !== false && this.machineId !== '' && (inventory?.machineId ?? machineId) === this.machineId;
  }

  /** The view of before when nothing of it has changed: of a thousand nodes, few have between two looks. */
  #view(row: NodeRow, use: NodeUse = NO_USE, operation: OperationView | undefined, expiresAt: number | undefined): NodeView {
    const silent = row.state === 'unreachable' || row.state === 'joining';
    const sample = silent ? undefined : this.heartbeats.sample(row.id);
    const from = [row, use, operation, expiresAt, sample, this.heartbeats.orphans(row.id), this.heartbeats.presence(row.id)?.heardAt ?? row.lastSeenAt, this.upgrades.for(row)] as const;
    const shown = this.#shown.get(row);
    if (shown?.from.every((part, index) => part === from[index])) return shown.view;
    const view = keepJson(this.#make(...from));
    this.#shown.set(row, { from, view });
    return view;
  }

  #make(row: NodeRow, use: NodeUse, operation: OperationView | undefined, expiresAt: number | undefined, sample: NodeSample | undefined, orphans: readonly NodeOrphan[], lastSeenAt: number | null, upgradeTo: string | null): NodeView {
    return {
      id: row.id, name: row.name, type: row.inventory ? (row.inventory.gpus.length > 0 ? 'gpu' : 'cpu') : (row.askedType ?? 'cpu'), state: row.state, stateSince: iso(row.stateSince),
      management: this.isManagement(row),
      availability: row.availability, availabilityReason: row.availabilityReason, availabilitySince: isoOrNull(row.availabilitySince),
      address: row.addresses[0] ?? '', agentVersion: row.agentVersion, upgradeTo, lastSeenAt: isoOrNull(lastSeenAt), createdAt: iso(row.createdAt),
      operation: operation ?? null, certificateExpiresAt: isoOrNull(expiresAt ?? null),
      inventory: row.inventory && inventoryView(row.inventory), metrics: sample ? metricsView(sample) : null, gpus: gpuViews(row, sample),
      services: [...use.services], instanceCount: use.instanceCount, orphanCount: orphans.length, orphans: [...orphans],
    };
  }
}

/** Rows of before this version lack the fields that later agents tell. */
function inventoryView({ hostname, os, kernel, arch, libc, cpuModel, cpuCores, memoryBytes, diskBytes, gpuError, disks, interfaces, drivers, engines }: Older<NodeInventory>): NonNullable<NodeView['inventory']> {
  return {
    hostname, os, kernel, arch, libc: libc ?? '', cpuModel, cpuCores, memoryBytes, diskBytes, gpuError, disks: [...(disks ?? [])], interfaces: [...(interfaces ?? [])],
    drivers: [...drivers], engines: engines.map(({ engine, driver, version }) => ({ engine, driver, version })),
  };
}

type Older<T> = Omit<T, 'libc' | 'disks' | 'interfaces'> & Partial<Pick<T & Record<'libc' | 'disks' | 'interfaces', unknown>, 'libc' | 'disks' | 'interfaces'>>;

function metricsView({ at, cpuRatio, load1, memoryUsedBytes, swapUsedBytes, diskUsedBytes, disks, ...rates }: NodeSample): NonNullable<NodeView['metrics']> {
  return {
    at: iso(at), cpuRatio, load1, memoryUsedBytes, swapUsedBytes, diskUsedBytes, diskReadBytesPerSecond: rates.diskReadRate, diskWriteBytesPerSecond: rates.diskWriteRate,
    networkRxBytesPerSecond: rates.networkRxRate, networkTxBytesPerSecond: rates.networkTxRate, disks: [...disks],
  };
}

type OlderCard = Partial<NodeCardInfo> & Pick<NodeCardInfo, 'index' | 'uuid' | 'name' | 'memoryBytes'>;
type CardNow = NodeSample['gpus'][number];
type GpuView = NodeView['gpus'][number];

function gpuViews({ inventory, cards }: NodeRow, sample: NodeSample | undefined): GpuView[] {
  return (inventory?.gpus ?? []).map((gpu) => {
    const held = quarantineOf(cards, gpu.uuid);
    return { ...cardView(gpu), ...cardNow(sample?.gpus.find(({ uuid }) => uuid === gpu.uuid)), quarantine: held ? { by: held.by, reason: held.reason, since: iso(held.since) } : null };
  });
}

function cardView({ index, uuid, vendor = 'nvidia', name, memoryBytes, powerLimitWatts = null, driverVersion = null, computeCapability = null, pciAddress = null, mig = null }: OlderCard) {
  return {
    index, uuid, vendor, name, memoryBytes, powerLimitWatts, driverVersion, computeCapability, pciAddress,
    mig: mig && { enabled: mig.enabled, instances: [...mig.instances] },
  };
}

const UNKNOWN: Omit<CardNow, 'uuid'> = {
  memoryUsedBytes: null, utilisationRatio: null, temperatureCelsius: null, powerWatts: null, health: 'unknown', healthMessage: '', eccUncorrected: null, xid: null, processes: [],
};

function cardNow(now: Omit<CardNow, 'uuid'> = UNKNOWN) {
  const { memoryUsedBytes, utilisationRatio, temperatureCelsius, powerWatts, health, healthMessage, eccUncorrected, xid, processes } = now;
  return { memoryUsedBytes, utilisationRatio, temperatureCelsius, powerWatts, health, healthMessage, eccUncorrected, xid, processes: [...processes] };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : iso(at);
}
