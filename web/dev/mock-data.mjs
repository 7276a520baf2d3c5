// Plausible data in the shapes of the REST contract.
import { randomBytes, randomUUID } from 'node:crypto';

const GB = 1024 ** 3;
export const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
const between = (low, high) => low + Math.random() * (high - low);
const pick = (list) => list[Math.floor(Math.random() * list.length)];

export function gpu(index, name, memoryGb, usedRatio, extra = {}) {
  return {
    index, uuid: `GPU-${randomUUID()}`, vendor: 'nvidia', name, memoryBytes: memoryGb * GB, memoryUsedBytes: memoryGb * GB * usedRatio,
    utilisationRatio: usedRatio > 0.1 ? between(0.2, 0.9) : 0, temperatureCelsius: Math.round(between(38, 76)), powerWatts: Math.round(between(60, 290)), powerLimitWatts: 300,
    driverVersion: '550.144.03', computeCapability: '8.0', pciAddress: `0000:${(0x17 + index * 0x21).toString(16)}:00.0`, health: 'ok', healthMessage: '', eccUncorrected: 0, xid: null, mig: null,
    processes: usedRatio > 0.1 ? [{ pid: 41_000 + index, name: 'python3', memoryBytes: memoryGb * GB * usedRatio * 0.97, instanceId: null }] : [], quarantine: null, ...extra,
  };
}

const later = { availability: 'active', availabilityReason: '', availabilitySince: null, upgradeTo: null, operation: null, orphans: [] };

export function node(name, address, { state = 'healthy', management = false, cores = 64, memoryGb = 256, diskTb = 4, gpus = [], memoryRatio = 0.3, diskRatio = 0.4, os = 'Ubuntu 22.04.2 LTS', type, ...extra } = {}) {
  const known = state !== 'joining';
  const silent = state === 'unreachable' || state === 'joining';
  return {
    ...later, id: randomUUID(), name, type: type ?? (gpus.length > 0 ? 'gpu' : 'cpu'), state, stateSince: ago(state === 'unreachable' ? 14 : 3000), management, address,
    agentVersion: known ? '0.1.0' : null, lastSeenAt: known ? ago(silent ? 14 : 0) : null, createdAt: ago(60 * 24 * 12), certificateExpiresAt: known ? ago(-60 * 24 * 61) : null,
    inventory: known ? {
      hostname: name, os, kernel: '5.15.0-91-generic', arch: 'x86_64', libc: 'glibc 2.35', cpuModel: 'AMD EPYC 7543 32-Core Processor', cpuCores: cores, memoryBytes: memoryGb * GB, diskBytes: diskTb * 1024 * GB,
      gpuError: null,
      disks: [{ mount: '/', device: '/dev/nvme0n1p2', fileSystem: 'ext4', bytes: diskTb * 256 * GB }, { mount: '/var/lib/openstation', device: '/dev/nvme1n1', fileSystem: 'xfs', bytes: diskTb * 768 * GB }],
      interfaces: [{ name: 'enp1s0f0', addresses: [address], speedMbps: 10_000, up: true }, { name: 'ib0', addresses: ['10.30.0.' + address.split('.').at(-1)], speedMbps: 200_000, up: true }, { name: 'enp1s0f1', addresses: [], speedMbps: null, up: false }],
      drivers: [{ name: 'docker', available: gpus.length > 0, version: '28.2.2', message: gpus.length > 0 ? '' : 'no Docker socket at /var/run/docker.sock' }, { name: 'process', available: true, version: 'v24.21.0', message: '' }],
      engines: gpus.length > 0 ? [{ engine: 'vllm', driver: 'docker', version: '0.11.0' }, { engine: 'sglang', driver: 'docker', version: '0.5.3' }] : [{ engine: 'llama-cpp', driver: 'process', version: '3.14.2' }],
    } : null,
    metrics: silent ? null : {
      at: ago(0), cpuRatio: between(0.05, 0.6), memoryUsedBytes: memoryGb * GB * memoryRatio, swapUsedBytes: 0, diskUsedBytes: diskTb * 1024 * GB * diskRatio, load1: between(0.3, 24),
      diskReadBytesPerSecond: between(0, 4e8), diskWriteBytesPerSecond: between(0, 9e7), networkRxBytesPerSecond: between(1e5, 6e8), networkTxBytesPerSecond: between(1e5, 2e8),
      disks: [{ mount: '/', usedBytes: diskTb * 256 * GB * 0.31 }, { mount: '/var/lib/openstation', usedBytes: diskTb * 768 * GB * 0.47 }],
    },
    gpus: known ? gpus : [], services: [], instanceCount: 0, orphanCount: 0, ...extra,
  };
}

/** An operation in the shape of the contract; steps as `id` or `[id, state, minutes it took, message]`. */
export function operation(kind, subjectId, title, { state = 'running', percent = 0, phase = '', steps = [], startedMinutesAgo = 2, ...extra } = {}) {
  const over = ['succeeded', 'failed', 'cancelled'].includes(state);
  let at = startedMinutesAgo;
  return {
    id: randomUUID(), kind, subjectId, title, state, percent: state === 'succeeded' ? 100 : percent, phase, transfer: null, failure: null, failureCode: null, can: [], attempt: 1, startedBy: 'admin',
    startedAt: ago(startedMinutesAgo), finishedAt: over ? ago(Math.max(0, startedMinutesAgo - 3)) : null,
    steps: steps.map((step) => {
      const [id, is = 'pending', took = 0.4, message = ''] = [step].flat();
      const from = at;
      if (is !== 'pending') at -= took;
      return { id, state: is, startedAt: is === 'pending' || is === 'skipped' ? null : ago(from), finishedAt: is === 'succeeded' || is === 'failed' ? ago(at) : null, message };
    }), ...extra,
  };
}

function model(name, { bytes, parameters, format = 'safetensors', dataType = 'BF16', contextLength = 40_960, architecture = 'qwen3', state = 'ready', source = 'modelscope' }) {
  return {
    id: randomUUID(), name, state, format, source, sourcePath: source === 'local' ? `/data/import/${name}` : null, bytes, fileCount: format === 'gguf' ? 1 : 14, parameterCount: parameters, dataType, contextLength,
    architecture, kind: name === 'bge-m3' ? 'embedding' : 'llm', quantisation: format === 'gguf' ? dataType : null, activeParameterCount: null, chatTemplate: true, repository: source === 'local' ? null : `example/${name}`, revision: null, variantId: null, familyId: null, inPlace: false, inPlaceNodeId: null, verifiedAt: null,
    codeRisk: /70B/.test(name) ? { files: ['modeling_custom.py', 'pytorch_model.bin'], approved: false } : null, shape: { layers: 36, hiddenSize: 4096, heads: 32, kvHeads: 8, keyLength: 128, valueLength: 128, latentWidth: null, intermediateSize: 12_288, vocabularySize: 151_936 }, memoryNeedBytes: bytes * 1.2 + 2 * GB, licence: 'Apache-2.0', description: '', storagePath: `/var/lib/openstation/models/${name}`, operationId: null,
    failure: state === 'failed' ? 'model.safetensors.index.json names 14 files, 2 are missing' : null, usedBy: [], createdAt: ago(60 * 24 * 8), readyAt: state === 'ready' ? ago(60 * 24 * 8 - 20) : null,
  };
}

function instance(service, slot, onNode, { state = 'running', gpuIndexes = [], memoryGb = null, percent = 100, phase = 'Ready', message = '' } = {}) {
  return {
    id: randomUUID(), serviceId: service.id, slot, nodeId: onNode.id, nodeName: onNode.name, gpuIndexes, state, desired: 'run', ready: state === 'running', unknown: onNode.state === 'unreachable',
    phase, percent, message, reason: state === 'failed' ? 'engine-exit' : '', handle: `container ${randomBytes(6).toString('hex')}`, memoryBytes: memoryGb === null ? null : memoryGb * GB, generation: 1, createdAt: ago(300), stateSince: ago(280),
  };
}

function service(name, ofModel, engine, { mode = 'single', state = 'ready', percent = null, phase = '', message = '', parallel = 16, contextLength = 32_768 } = {}) {
  return {
    id: randomUUID(), name, modelId: ofModel.id, modelName: ofModel.name, modelPath: ofModel.storagePath, engine, mode, parameters: '', argv: ['--max-model-len', String(contextLength), '--tensor-parallel-size', '2'], contextLength, parallel,
    wantedInstances: 1, readyInstances: state === 'ready' ? 1 : 0, state, percent, phase, message, instances: [], generation: 1, createdAt: ago(60 * 30), createdBy: 'admin', readyAt: state === 'ready' ? ago(60 * 30 - 6) : null,
  };
}

export function seed({ empty = false } = {}) {
  const users = [
    { username: 'admin', email: 'admin@example.org', role: 'admin', builtIn: true }, { username: 'alice', email: 'alice@example.org', role: 'user', builtIn: false },
    { username: 'audit', email: null, role: 'auditor', builtIn: false }, { username: 'fresh', email: null, role: 'user', builtIn: false }, { username: '王小明', email: 'wang.xiaoming@example.org', role: 'operator', builtIn: false },
  ].map((user, at) => ({ id: randomUUID(), ...user, status: 'enabled', keyCount: 1, createdAt: ago(60 * 24 * (30 - at)), lastSignInAt: ago(12 * (at + 1)) }));
  const nodes = [
    node('gpu-a100-03', '10.20.0.23', { gpus: [gpu(0, 'NVIDIA A100-SXM4-80GB', 80, 0.76), gpu(1, 'NVIDIA A100-SXM4-80GB', 80, 0.74), gpu(2, 'NVIDIA A100-SXM4-80GB', 80, 0.02, { mig: { enabled: true, instances: [{ uuid: 'MIG-1', name: '3g.40gb', memoryBytes: 40 * GB }, { uuid: 'MIG-2', name: '3g.40gb', memoryBytes: 40 * GB }] } }), gpu(3, 'NVIDIA A100-SXM4-80GB', 80, 0.91, { health: 'xid', healthMessage: 'The driver logged Xid 79: the GPU has fallen off the bus', xid: 79, eccUncorrected: 4, quarantine: { by: 'automatic', reason: 'Xid 79: the GPU has fallen off the bus', since: ago(42) } })], cores: 128, memoryGb: 503, diskTb: 13, memoryRatio: 0.41, upgradeTo: '0.2.0' }),
    node('gpu-l40s-rack7-unit12-production-inference-shanghai-a', '10.20.0.31', { gpus: [gpu(0, 'NVIDIA L40S', 45, 0.88), gpu(1, 'NVIDIA L40S', 45, 0.87), gpu(2, 'NVIDIA A100-PCIE-40GB', 40, 0.05)], memoryRatio: 0.88, availability: 'maintenance', availabilityReason: 'Memory is being exchanged', availabilitySince: ago(85), upgradeTo: '0.2.0' }),
    node('gpu-v100-01', '10.20.0.17', { state: 'unreachable', gpus: [gpu(0, 'Tesla V100-PCIE-16GB', 16, 0.4), gpu(1, 'Tesla V100-PCIE-16GB', 16, 0.4), gpu(2, 'Tesla V100-PCIE-16GB', 16, 0.1)], cores: 48, memoryGb: 187, diskTb: 2 }),
    node('node-edge-2', '10.20.0.44', { state: 'joining', cores: 16 }),
    node('node-edge-3', '10.20.0.45', { state: 'joining', type: 'gpu' }),
    node('node-edge-4', '10.20.0.46', { state: 'joining', type: 'gpu' }),
    node('master', '10.20.0.10', { management: true, cores: 32, memoryGb: 187, diskTb: 1.7, memoryRatio: 0.05, diskRatio: 0.14 }),
  ];
  const qwen = model('Qwen3-8B', { bytes: 16.4e9, parameters: 8.2e9 });
  const deepseek = model('DeepSeek-R1-Distill-Llama-70B', { bytes: 141e9, parameters: 70.6e9, architecture: 'llama', contextLength: 131_072 });
  const tiny = model('Qwen2.5-0.5B-Instruct-Q4_K_M', { bytes: 398e6, parameters: 494e6, format: 'gguf', dataType: 'Q4_K_M', architecture: 'qwen2', contextLength: 32_768, source: 'local' });
  const models = [qwen, deepseek, tiny, model('bge-m3', { bytes: 2.27e9, parameters: 568e6, dataType: 'F16', architecture: 'xlm-roberta', contextLength: 8192, state: 'failed' })];
  const services = [
    service('qwen3-8b', qwen, 'vllm'), service('deepseek-r1', deepseek, 'sglang', { state: 'deploying', percent: 62, phase: 'Loading weights 9/14', parallel: 8 }),
    service('qwen-tiny-cpu', tiny, 'llama-cpp', { mode: 'cpu', parallel: 4 }), service('qwen3-8b-canary', qwen, 'vllm', { state: 'degraded', message: 'gpu-v100-01 does not answer' }),
  ];
  services[0].instances = [instance(services[0], 1, nodes[0], { gpuIndexes: [0], memoryGb: 61 }), instance(services[0], 2, nodes[1], { gpuIndexes: [0, 1], memoryGb: 79 })];
  Object.assign(services[0], { wantedInstances: 2, readyInstances: 2 });
  services[1].instances = [instance(services[1], 1, nodes[0], { gpuIndexes: [1, 3], state: 'loading', percent: 62, phase: 'Loading weights 9/14' })];
  services[2].instances = [instance(services[2], 1, nodes.at(-1), { memoryGb: 1 })];
  services[3].instances = [instance(services[3], 1, nodes[2], { gpuIndexes: [0, 1], memoryGb: 14 })];
  for (const owner of services) {
    models.find(({ id }) => id === owner.modelId).usedBy.push({ id: owner.id, name: owner.name });
    for (const { nodeId } of owner.instances) {
      const home = nodes.find(({ id }) => id === nodeId);
      home.instanceCount += 1;
      if (!home.services.some(({ id }) => id === owner.id)) home.services.push({ id: owner.id, name: owner.name });
    }
  }
  const operations = [
    operation('add-node', nodes[3].id, `Add ${nodes[3].name}`, { percent: 46, phase: 'container-engine', steps: [['connect', 'succeeded', 0.05, 'Ubuntu 22.04.2, x86_64, as root'], ['preflight', 'succeeded', 0.3, '17 of 18 checks passed'], ['container-engine', 'running'], ['gpu', 'skipped'], 'agent', 'heartbeat', 'probe-container'] }),
    operation('add-node', nodes[4].id, `Add ${nodes[4].name}`, { state: 'waiting', percent: 18, phase: 'preflight', can: ['continue', 'give-up'], steps: [['connect', 'succeeded', 0.05], ['preflight', 'succeeded', 0.4, '2 checks failed, 2 warnings'], 'container-engine', 'gpu', 'agent', 'heartbeat', 'probe-container'] }),
    operation('add-node', nodes[5].id, `Add ${nodes[5].name}`, { state: 'failed', percent: 52, phase: 'gpu', failure: 'nvidia-container-toolkit could not be installed: apt-get ended with 100: Unable to fetch some archives', failureCode: 'step-failed', can: ['retry', 'give-up'], steps: [['connect', 'succeeded', 0.05], ['preflight', 'succeeded', 0.3], ['container-engine', 'succeeded', 0.8, 'Docker 28.2.2'], ['gpu', 'failed', 0.6, 'apt-get ended with 100: Unable to fetch some archives'], 'agent', 'heartbeat', 'probe-container'], startedMinutesAgo: 12 }),
    operation('download-model', qwen.id, 'Download Qwen3-8B', { percent: 41.37, phase: 'downloading', can: ['pause', 'cancel'], transfer: { bytesDone: 6.78e9, bytesTotal: 16.4e9, bytesPerSecond: 84e6, etaSeconds: 114 }, startedMinutesAgo: 4 }),
    operation('import-model', models[3].id, 'Import bge-m3', { state: 'failed', percent: 40, phase: 'checking', failure: models[3].failure, startedMinutesAgo: 70 }),
    operation('import-model', qwen.id, 'Import Qwen3-8B', { state: 'succeeded', phase: 'done', startedMinutesAgo: 700 }),
    operation('add-node', nodes[0].id, `Add ${nodes[0].name}`, { state: 'succeeded', phase: 'joined', steps: [['connect', 'succeeded', 0.05], ['preflight', 'succeeded', 0.3], ['container-engine', 'succeeded', 1.4, 'Docker 28.2.2'], ['gpu', 'succeeded', 0.9, 'nvidia-container-toolkit 1.17.8'], ['agent', 'succeeded', 0.2], ['heartbeat', 'succeeded', 0.1], ['probe-container', 'succeeded', 0.2, 'a container sees the GPUs']], startedMinutesAgo: 900 }),
  ];
  for (const job of operations.toReversed()) Object.assign(nodes.find(({ id }) => id === job.subjectId) ?? {}, job.kind === 'add-node' ? { operation: job } : {});
  nodes[0].orphanCount = 1;
  nodes[0].orphans = [{ handle: 'container 4f2a91c07e11', instanceId: '9b1f0c1e-7a55-4f7e-8f5b-0a4d1f6e2c11', engine: 'vllm', running: true }];
  const keys = users.map((user, at) => ({ id: randomBytes(6).toString('hex'), userId: user.id, username: user.username, label: at === 0 ? 'CherryStudio on my laptop' : 'default', lastFour: randomBytes(2).toString('hex'), createdAt: ago(60 * 24 * 20), lastUsedAt: at < 2 ? ago(3) : null, expiresAt: null, revokedAt: null }));
  if (empty) return { users, nodes: nodes.slice(-1).map((one) => ({ ...one, services: [], instanceCount: 0 })), models: [], services: [], operations: [], keys: [], calls: [] };
  return { users, nodes, models, services, operations, keys, calls: calls(900, users, services) };
}

function calls(count, users, services) {
  let at = Date.now();
  return Array.from({ length: count }, (_, index) => {
    at -= between(2000, 45_000);
    const used = pick(services);
    const outcome = Math.random() < 0.93 ? 'ok' : pick(['client_abort', 'upstream_error', 'timeout', 'rejected', 'truncated']);
    const answered = outcome !== 'rejected' && outcome !== 'upstream_error';
    const [ttftMs, prompt, completion] = [between(90, 900), Math.round(between(12, 1800)), Math.round(between(20, 1200))];
    const durationMs = answered ? ttftMs + completion / between(0.06, 0.13) : between(1, 400);
    const user = pick(users);
    return {
      id: `${String(1e9 - index).padStart(12, '0')}`, startedAt: new Date(at).toISOString(), userId: user.id, username: user.username, keyId: 'k1', model: used.name, serviceId: used.id, instanceId: used.instances[0]?.id ?? null,
      path: '/v1/chat/completions', stream: Math.random() < 0.8, status: { ok: 200, client_abort: 499, upstream_error: 502, timeout: 504, rejected: 429, truncated: 200 }[outcome], outcome, durationMs, ttftMs: answered ? ttftMs : null,
      promptTokens: answered ? prompt : null, completionTokens: answered ? completion : null, totalTokens: answered ? prompt + completion : null, tokensEstimated: Math.random() < 0.1,
      tokensPerSecond: answered ? completion / ((durationMs - ttftMs) / 1000) : null, retries: Math.random() < 0.05 ? 1 : 0, queueMs: answered ? between(0, 4) : null, connectMs: answered ? between(0.2, 3) : null,
      errorCode: outcome === 'ok' ? null : { client_abort: null, upstream_error: 'engine_unavailable', timeout: 'deadline_exceeded', rejected: 'rate_limited', truncated: 'stream_cut' }[outcome] ?? null,
    };
  });
}

export function usageSummary(all, minutes) {
  const since = Date.now() - minutes * 60_000;
  const recent = all.filter(({ startedAt }) => new Date(startedAt).getTime() >= since);
  const buckets = 60;
  const step = (minutes * 60_000) / buckets;
  const median = (list) => list.length === 0 ? null : list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
  const ttfts = recent.map(({ ttftMs }) => ttftMs).filter((value) => value !== null).toSorted((a, b) => a - b);
  return {
    minutes, requests: recent.length, failedRequests: recent.filter(({ outcome }) => outcome !== 'ok').length,
    promptTokens: recent.reduce((sum, { promptTokens }) => sum + (promptTokens ?? 0), 0), completionTokens: recent.reduce((sum, { completionTokens }) => sum + (completionTokens ?? 0), 0),
    requestsPerMinute: recent.length / minutes, ttftP50Ms: median(ttfts), ttftP95Ms: ttfts[Math.floor(ttfts.length * 0.95)] ?? null, tokensPerSecondP50: median(recent.map(({ tokensPerSecond }) => tokensPerSecond).filter((value) => value !== null)),
    series: Array.from({ length: buckets }, (_, index) => {
      const [from, to] = [since + index * step, since + (index + 1) * step];
      const inside = recent.filter(({ startedAt }) => { const at = new Date(startedAt).getTime(); return at >= from && at < to; });
      return { at: new Date(from).toISOString(), requests: inside.length, completionTokens: inside.reduce((sum, { completionTokens }) => sum + (completionTokens ?? 0), 0), ttftP50Ms: median(inside.map(({ ttftMs }) => ttftMs).filter((value) => value !== null)) };
    }),
  };
}
