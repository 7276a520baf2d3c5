import { InstanceState as WireState, type InstanceStatus, type Inventory, type LogLine, type Metrics } from '@openstation/proto';
import type { InstanceLogLine, InstanceState, ObservedStatus } from '../instances/index.js';
import type { NodeGreeting, NodeInventory, RawSample } from '../nodes/index.js';

/* Wire types end here: the rest of the controller knows its own words only. */

const states: Readonly<Partial<Record<WireState, InstanceState>>> = {
  [WireState.ASSIGNED]: 'assigned', [WireState.PREPARING]: 'preparing', [WireState.STARTING]: 'starting', [WireState.LOADING]: 'loading',
  [WireState.RUNNING]: 'running', [WireState.STOPPED]: 'stopped', [WireState.FAILED]: 'failed',
};

/** Undefined for a state this version does not know: a newer agent's word must not break us. */
export function observedStatus(status: InstanceStatus): ObservedStatus | undefined {
  const state = states[status.state];
  if (state === undefined) return undefined;
  const { instanceId, generation, ready, phase, percent, message, reason, revision, handle, memoryBytes, modelBytesDone, modelBytesTotal, health, healthEvidence } = status;
  return { instanceId, generation, state, ready, phase, percent, message, reason, revision, handle, memoryBytes, modelBytesDone, modelBytesTotal, health, healthEvidence };
}

export function greeting(inventory: Inventory | undefined): Pick<NodeGreeting, 'inventory' | 'addresses' | 'dataPort'> {
  const addresses = (inventory?.addresses ?? []).filter((address) => /^[A-Za-z0-9.:%_-]{1,253}$/.test(address)).slice(0, 32);
  const dataPort = inventory && inventory.dataPort <= 65_535 ? inventory.dataPort : 0;
  return { inventory: inventory && nodeInventory(inventory), addresses, dataPort };
}

function nodeInventory(from: Inventory): NodeInventory {
  return {
    hostname: from.hostname, os: from.os, kernel: from.kernel, arch: from.arch, libc: from.libc, cpuModel: from.cpuModel, cpuCores: from.cpuCores, memoryBytes: from.memoryBytes,
    diskBytes: from.diskBytes, modelDiskBytes: from.modelDiskBytes, machineId: from.machineId, bootId: from.bootId, serviceManager: from.serviceManager,
    modelRoots: from.modelRoots, gpuError: orNull(from.gpuError),
    disks: from.disks.map(({ mount, device, fileSystem, bytes }) => ({ mount, device, fileSystem, bytes })),
    interfaces: from.interfaces.map(({ name, addresses, speedMbps, up }) => ({ name, addresses: [...addresses], speedMbps: speedMbps === 0 ? null : speedMbps, up })),
    gpus: from.gpus.map(({ index, uuid, name, memoryBytes, vendor, driverVersion, computeCapability, pciAddress, powerLimitWatts, mig }) => ({
      index, uuid, name, memoryBytes, vendor: vendor === '' ? 'nvidia' : vendor, driverVersion: orNull(driverVersion), computeCapability: orNull(computeCapability),
      pciAddress: orNull(pciAddress), powerLimitWatts: powerLimitWatts ?? null,
      mig: mig ? { enabled: mig.enabled, instances: mig.instances.map((part) => ({ uuid: part.uuid, name: part.name, memoryBytes: part.memoryBytes })) } : null,
    })),
    drivers: from.drivers.map(({ name, available, version, message }) => ({ name, available, version, message })),
    engines: from.engines.map(({ engine, driver, version, repositories, digestOnly }) => ({ engine, driver, version, repositories, digestOnly })),
  };
}

export function rawSample(from: Metrics, at: number): RawSample {
  return {
    at, cpuRatio: from.cpuRatio ?? null, memoryUsedBytes: from.memoryUsedBytes ?? null, swapUsedBytes: from.swapUsedBytes ?? null, diskUsedBytes: from.diskUsedBytes ?? null, load1: from.load1 ?? null,
    disks: from.disks.map(({ mount, usedBytes }) => ({ mount, usedBytes: usedBytes ?? null })),
    gpus: from.gpus.map((gpu) => ({
      uuid: gpu.uuid, memoryUsedBytes: gpu.memoryUsedBytes ?? null, utilisationRatio: gpu.utilisationRatio ?? null,
      temperatureCelsius: gpu.temperatureCelsius ?? null, powerWatts: gpu.powerWatts ?? null, health: gpu.health || 'unknown', healthMessage: gpu.healthMessage,
      eccUncorrected: gpu.eccUncorrected ?? null, xid: gpu.xid ?? null,
      processes: gpu.processes.map(({ pid, name, memoryBytes, instanceId }) => ({ pid, name, memoryBytes: memoryBytes ?? null, instanceId: orNull(instanceId) })),
    })),
    counters: {
      intervalMs: from.intervalMs, diskRead: from.diskReadBytes ?? null, diskWrite: from.diskWriteBytes ?? null,
      networkRx: from.networkRxBytes ?? null, networkTx: from.networkTxBytes ?? null,
    },
  };
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}

export function logLine({ number, atMs, text, isErrorStream }: LogLine): InstanceLogLine {
  return { number, at: atMs > 0 ? new Date(atMs).toISOString() : null, text, error: isErrorStream };
}
