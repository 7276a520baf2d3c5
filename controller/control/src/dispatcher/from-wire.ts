import { InstanceState as WireState, type InstanceStatus, type Inventory, type LogLine, type Metrics } from '@openstation/proto';
import type { InstanceLogLine, InstanceState, ObservedStatus } from '../instances/index.js';
import type { NodeGreeting, NodeInventory, NodeSample } from '../nodes/index.js';

/* Wire types end here: the rest of the controller knows its own words only. */

const states: Readonly<Partial<Record<WireState, InstanceState>>> = {
  [WireState.ASSIGNED]: 'assigned', [WireState.PREPARING]: 'preparing', [WireState.STARTING]: 'starting', [WireState.LOADING]: 'loading',
  [WireState.RUNNING]: 'running', [WireState.STOPPED]: 'stopped', [WireState.FAILED]: 'failed',
};

/** Undefined for a state this version does not know: a newer agent's word must not break us. */
export function observedStatus(status: InstanceStatus): ObservedStatus | undefined {
  const state = states[status.state];
  if (state === undefined) return undefined;
  const { instanceId, generation, ready, phase, percent, message, reason, revision, handle, memoryBytes } = status;
  return { instanceId, generation, state, ready, phase, percent, message, reason, revision, handle, memoryBytes };
}

export function greeting(inventory: Inventory | undefined): Omit<NodeGreeting, 'agentVersion'> {
  const addresses = (inventory?.addresses ?? []).filter((address) => /^[A-Za-z0-9.:%_-]{1,253}$/.test(address)).slice(0, 32);
  const dataPort = inventory && inventory.dataPort <= 65_535 ? inventory.dataPort : 0;
  return { inventory: inventory && nodeInventory(inventory), addresses, dataPort };
}

function nodeInventory(from: Inventory): NodeInventory {
  return {
    hostname: from.hostname, os: from.os, kernel: from.kernel, arch: from.arch, cpuModel: from.cpuModel, cpuCores: from.cpuCores, memoryBytes: from.memoryBytes,
    diskBytes: from.diskBytes, machineId: from.machineId, bootId: from.bootId, gpuError: from.gpuError === '' ? null : from.gpuError,
    gpus: from.gpus.map(({ index, uuid, name, memoryBytes }) => ({ index, uuid, name, memoryBytes })),
    drivers: from.drivers.map(({ name, available, version, message }) => ({ name, available, version, message })),
    engines: from.engines.map(({ engine, driver, version }) => ({ engine, driver, version })),
  };
}

export function nodeSample(metrics: Metrics | undefined, at: number): NodeSample | undefined {
  if (!metrics) return undefined;
  return {
    at, cpuRatio: metrics.cpuRatio ?? null, memoryUsedBytes: metrics.memoryUsedBytes ?? null, diskUsedBytes: metrics.diskUsedBytes ?? null, load1: metrics.load1 ?? null,
    gpus: metrics.gpus.map((gpu) => ({
      uuid: gpu.uuid, memoryUsedBytes: gpu.memoryUsedBytes ?? null, utilisationRatio: gpu.utilisationRatio ?? null,
      temperatureCelsius: gpu.temperatureCelsius ?? null, powerWatts: gpu.powerWatts ?? null, health: gpu.health || 'unknown',
    })),
  };
}

export function logLine({ number, atMs, text, isErrorStream }: LogLine): InstanceLogLine {
  return { number, at: atMs > 0 ? new Date(atMs).toISOString() : null, text, error: isErrorStream };
}
