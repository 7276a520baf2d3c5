// Plausible data in the shapes of the REST contract.
import { randomBytes, randomUUID } from 'node:crypto';

const GB = 1024 ** 3;
export const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
const between = (low, high) => low + Math.random() * (high - low);
const pick = (list) => list[Math.floor(Math.random() * list.length)];

function gpu(index, name, memoryGb, usedRatio) {
  return {
    index, uuid: `GPU-${randomUUID()}`, name, memoryBytes: memoryGb * GB, memoryUsedBytes: memoryGb * GB * usedRatio,
    utilisationRatio: usedRatio > 0.1 ? between(0.2, 0.9) : 0, temperatureCelsius: Math.round(between(38, 76)), powerWatts: Math.round(between(60, 290)), health: 'ok',
  };
}

function node(name, address, { state = 'healthy', management = false, cores = 64, memoryGb = 256, diskTb = 4, gpus = [], memoryRatio = 0.3, diskRatio = 0.4, os = 'Ubuntu 22.04.2 LTS' } = {}) {
  const known = state !== 'joining';
  const silent = state === 'unreachable' || state === 'joining';
  return {
    id: randomUUID(), name, type: gpus.length > 0 ? 'gpu' : 'cpu', state, stateSince: ago(state === 'unreachable' ? 14 : 3000), management, address,
    agentVersion: known ? '0.1.0' : null, lastSeenAt: known ? ago(silent ? 14 : 0) : null, createdAt: ago(60 * 24 * 12),
    inventory: known ? {
      hostname: name, os, kernel: '5.15.0-91-generic', arch: 'x86_64', cpuModel: 'AMD EPYC 7543 32-Core Processor', cpuCores: cores, memoryBytes: memoryGb * GB, diskBytes: diskTb * 1024 * GB,
      gpuError: null,
      drivers: [{ name: 'docker', available: gpus.length > 0, version: '28.2.2', message: gpus.length > 0 ? '' : 'no Docker socket at /var/run/docker.sock' }, { name: 'process', available: true, version: 'v24.21.0', message: '' }],
      engines: gpus.length > 0 ? [{ engine: 'vllm', driver: 'docker', version: '0.11.0' }, { engine: 'sglang', driver: 'docker', version: '0.5.3' }] : [{ engine: 'llama-cpp', driver: 'process', version: '3.14.2' }],
    } : null,
    metrics: silent ? null : { at: ago(0), cpuRatio: between(0.05, 0.6), memoryUsedBytes: memoryGb * GB * memoryRatio, diskUsedBytes: diskTb * 1024 * GB * diskRatio, load1: between(0.3, 24) },
    gpus: known ? gpus : [], services: [], instanceCount: 0, orphanCount: 0,
  };
}

function model(name, { bytes, parameters, format = 'safetensors', dataType = 'BF16', contextLength = 40_960, architecture = 'qwen3', state = 'ready', source = 'modelscope' }) {
  return {
    id: randomUUID(), name, state, format, source, sourcePath: source === 'local' ? `/data/import/${name}` : null, bytes, fileCount: format === 'gguf' ? 1 : 14, parameterCount: parameters, dataType, contextLength,
    architecture, memoryNeedBytes: bytes * 1.2 + 2 * GB, licence: 'Apache-2.0', description: '', storagePath: `/var/lib/openstation/models/${name}`, operationId: null,
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
    node('gpu-a100-03', '10.20.0.23', { gpus: [gpu(0, 'NVIDIA A100-SXM4-80GB', 80, 0.76), gpu(1, 'NVIDIA A100-SXM4-80GB', 80, 0.74), gpu(2, 'NVIDIA A100-SXM4-80GB', 80, 0.02), gpu(3, 'NVIDIA A100-SXM4-80GB', 80, 0.91)], cores: 128, memoryGb: 503, diskTb: 13, memoryRatio: 0.41 }),
    node('gpu-l40s-rack7-unit12-production', '10.20.0.31', { gpus: [gpu(0, 'NVIDIA L40S', 45, 0.88), gpu(1, 'NVIDIA L40S', 45, 0.87)], memoryRatio: 0.88 }),
    node('gpu-v100-01', '10.20.0.17', { state: 'unreachable', gpus: [gpu(0, 'Tesla V100-PCIE-16GB', 16, 0.4), gpu(1, 'Tesla V100-PCIE-16GB', 16, 0.4), gpu(2, 'Tesla V100-PCIE-16GB', 16, 0.1)], cores: 48, memoryGb: 187, diskTb: 2 }),
    node('node-edge-2', '10.20.0.44', { state: 'joining', cores: 16 }),
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
  services[2].instances = [instance(services[2], 1, nodes[4], { memoryGb: 1 })];
  services[3].instances = [instance(services[3], 1, nodes[2], { gpuIndexes: [0, 1], memoryGb: 14 })];
  for (const owner of services) {
    models.find(({ id }) => id === owner.modelId).usedBy.push({ id: owner.id, name: owner.name });
    for (const { nodeId } of owner.instances) {
      const home = nodes.find(({ id }) => id === nodeId);
      home.instanceCount += 1;
      if (!home.services.some(({ id }) => id === owner.id)) home.services.push({ id: owner.id, name: owner.name });
    }
  }
  const joining = nodes[3];
  const operations = [
    { id: randomUUID(), kind: 'add-node', subjectId: joining.id, title: `Add node ${joining.name}`, state: 'running', percent: 46, phase: 'Installing container runtime', failure: null, startedAt: ago(2), finishedAt: null, startedBy: 'admin' },
    { id: randomUUID(), kind: 'import-model', subjectId: models[3].id, title: 'Import bge-m3', state: 'failed', percent: 40, phase: 'Checking files', failure: models[3].failure, startedAt: ago(70), finishedAt: ago(69), startedBy: 'admin' },
    { id: randomUUID(), kind: 'import-model', subjectId: qwen.id, title: 'Import Qwen3-8B', state: 'succeeded', percent: 100, phase: 'Done', failure: null, startedAt: ago(700), finishedAt: ago(690), startedBy: 'admin' },
    { id: randomUUID(), kind: 'add-node', subjectId: nodes[0].id, title: `Add node ${nodes[0].name}`, state: 'succeeded', percent: 100, phase: 'Joined', failure: null, startedAt: ago(900), finishedAt: ago(897), startedBy: 'admin' },
  ];
  const keys = users.map((user, at) => ({ id: randomBytes(6).toString('hex'), userId: user.id, username: user.username, label: at === 0 ? 'CherryStudio on my laptop' : 'default', lastFour: randomBytes(2).toString('hex'), createdAt: ago(60 * 24 * 20), lastUsedAt: at < 2 ? ago(3) : null, expiresAt: null, revokedAt: null }));
  if (empty) return { users, nodes: nodes.slice(4).map((one) => ({ ...one, services: [], instanceCount: 0 })), models: [], services: [], operations: [], keys: [], calls: [] };
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
