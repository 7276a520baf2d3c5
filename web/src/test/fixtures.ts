import type { Call, Gpu, Me, Node, Operation } from '../app/api';

const at = '2026-11-23T05:00:00.000Z';

export function aNode(change: Partial<Node> = {}): Node {
  return {
    id: 'n1', name: 'gpu-1', type: 'gpu', state: 'healthy', stateSince: at, management: false, availability: 'active', availabilityReason: '', availabilitySince: null,
    address: '10.0.0.2', agentVersion: '0.1.0', upgradeTo: null, lastSeenAt: at, createdAt: at, operation: null, certificateExpiresAt: null,
    inventory: null, metrics: null, gpus: [], services: [], instanceCount: 0, orphanCount: 0, orphans: [], ...change,
  };
}

export function aGpu(change: Partial<Gpu> = {}): Gpu {
  return {
    index: 0, uuid: 'GPU-0', vendor: 'nvidia', name: 'NVIDIA L4', memoryBytes: 24 * 1024 ** 3, memoryUsedBytes: null, utilisationRatio: null, temperatureCelsius: null, powerWatts: null, powerLimitWatts: null,
    driverVersion: null, computeCapability: null, pciAddress: null, health: 'ok', healthMessage: '', eccUncorrected: null, xid: null, mig: null, processes: [], quarantine: null, ...change,
  };
}

export function anInventory(change: Partial<NonNullable<Node['inventory']>> = {}): NonNullable<Node['inventory']> {
  return {
    hostname: 'gpu-1', os: 'Ubuntu 22.04', kernel: '5.15', arch: 'x86_64', libc: 'glibc 2.35', cpuModel: 'EPYC', cpuCores: 8, memoryBytes: 16, diskBytes: 32, gpuError: null,
    disks: [], interfaces: [], drivers: [], engines: [], ...change,
  };
}

export function someMetrics(change: Partial<NonNullable<Node['metrics']>> = {}): NonNullable<Node['metrics']> {
  return {
    at, cpuRatio: null, load1: null, memoryUsedBytes: null, swapUsedBytes: null, diskUsedBytes: null, diskReadBytesPerSecond: null, diskWriteBytesPerSecond: null,
    networkRxBytesPerSecond: null, networkTxBytesPerSecond: null, disks: [], ...change,
  };
}

export function anOperation(change: Partial<Operation> = {}): Operation {
  return {
    id: 'o1', kind: 'add-node', subjectId: 'n1', title: 'Add node gpu-1', state: 'running', percent: 40, phase: 'join', steps: [], transfer: null, failure: null, failureCode: null, can: [], attempt: 1,
    startedAt: at, finishedAt: null, startedBy: 'admin', ...change,
  };
}

export function aCall(change: Partial<Call> = {}): Call {
  return {
    id: 'c1', startedAt: at, userId: 'u1', username: 'alice', keyId: 'k1', model: 'qwen3', serviceId: 's1', instanceId: 'i1', path: '/v1/chat/completions', stream: true, status: 200, outcome: 'ok',
    durationMs: 9050, ttftMs: 180, promptTokens: 400, completionTokens: 596, totalTokens: 996, tokensEstimated: false, tokensPerSecond: 112.3, retries: 0, queueMs: 0, connectMs: 0.4, errorCode: null, ...change,
  };
}

export function aMe(change: Partial<Me> = {}): Me {
  return { id: 'u1', username: 'admin', email: null, role: 'admin', mustChangePassword: false, permissions: ['nodes.read', 'services.read', 'operations.read'], ...change };
}
