// The service routes of the stand-in: planning, deploying with all phases, revisions, scaling, runs, diagnoses, events.
import { randomUUID } from 'node:crypto';
import { ago } from './mock-data.mjs';

const GB = 1024 ** 3;
const diagnoses = {
  memory: {
    code: 'gpu-memory', title: 'The cards are full', evidence: 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.31 GiB. GPU 0 has a total capacity of 15.77 GiB of which 1.02 GiB is free.', evidenceLine: 180,
    advice: 'Use a shorter context or fewer parallel chats.', fix: { label: 'Halve the context', parameters: '--gpu-memory-utilization 0.9', contextLength: 16_384, parallel: null },
  },
  dtype: {
    code: 'dtype-unsupported', title: 'The card cannot compute with bfloat16', evidence: 'ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0. Your Tesla V100-PCIE-16GB GPU has compute capability 7.0.', evidenceLine: 57,
    advice: 'Use half precision.', fix: { label: 'Use --dtype half', parameters: '--dtype half', contextLength: null, parallel: null },
  },
};

/** Fills in what the seed leaves out, so that one place knows the whole shape. */
export function widen(data) {
  for (const service of data.services) Object.assign(service, { revision: 1, outdatedInstances: 0, stopped: false, replaceAfterMinutes: null, scaling: null, scalingReason: '', conformance: null, networkInterface: null, ...service, instances: service.instances.map(wideInstance) });
  const [qwen, deepseek, tiny, canary] = data.services;
  if (!qwen) return;
  const [big, long] = data.nodes;
  Object.assign(qwen, { revision: 3, parameters: '--max-num-seqs 256 --enable-prefix-caching', conformance: conformance(3) });
  qwen.instances.forEach((instance) => Object.assign(instance, { revision: 3, health: 'ok' }));
  qwen.scaling = { min: 1, max: 4, targetInFlight: 8, maxQueueSeconds: 5, scaleDownAfterMinutes: 15, zeroAfterMinutes: null, windows: [{ days: [1, 2, 3, 4, 5], fromMinute: 540, toMinute: 1080, instances: 2 }], timeZone: 'Asia/Shanghai' };
  qwen.scalingReason = 'the window Mon–Fri 09:00–18:00 asks for 2';
  Object.assign(deepseek, { mode: 'distributed', networkInterface: 'ib0' });
  Object.assign(deepseek.instances[0], { members: [member(0, big, [1], 'loading', 'weights', 62), member(1, long, [2], 'preparing', 'model', 31)], health: 'starting', percent: 31, phase: 'model', modelBytesDone: 43.8e9, modelBytesTotal: 141e9, gpuMemoryUsedBytes: 61 * GB, gpuMemoryBytes: 120 * GB, gpuUtilisationRatio: null });
  Object.assign(tiny, { revision: 2, outdatedInstances: 1, wantedInstances: 2, readyInstances: 2 });
  tiny.instances.push({ ...tiny.instances[0], id: randomUUID(), slot: 2, revision: 2, health: 'busy' });
  canary.state = 'failed';
  canary.readyInstances = 0;
  canary.instances.push(wideInstance({ ...canary.instances[0], id: randomUUID(), slot: 2, nodeId: big.id, nodeName: big.name, unknown: false, state: 'failed', ready: false, reason: 'gpu-memory', message: '', phase: 'weights', percent: 44, diagnosis: diagnoses.memory, health: 'dead' }));
}

const conformance = (revision) => ({
  checkedAt: ago(40), revision, embeddingDimensions: null, suggestions: [{ parameters: '--enable-auto-tool-choice --tool-call-parser hermes', message: 'Tool calls come back as text; this parser understands the model' }],
  results: [['chat-template', true, ''], ['streaming-usage', true, ''], ['tools', false, 'the call came back as text'], ['json-schema', true, ''], ['reasoning', null, 'the model does not think aloud'], ['embeddings', null, 'a chat model']].map(([feature, ok, detail]) => ({ feature, ok, detail })),
});
const member = (rank, node, gpuIndexes, state, phase, percent) => ({ rank, nodeId: node.id, nodeName: node.name, gpuIndexes, gpuUuids: gpuIndexes.map((index) => node.gpus[index]?.uuid ?? ''), state, phase, percent, message: '' });
const wideInstance = (instance) => ({
  gpuMemoryUsedBytes: null, gpuMemoryBytes: null, gpuUtilisationRatio: null, modelBytesDone: null, modelBytesTotal: null, revision: 1, attempt: 1, members: [], health: instance.ready ? 'ok' : 'starting', diagnosis: null, ...instance,
});

const shipped = (engine, image) => ({ engine, image, defaultImage: image, version: image.split(':').at(-1), overridden: false, mirror: null, refusedBy: [] });
const images = [shipped('vllm', 'vllm/vllm-openai:v0.11.0'), shipped('sglang', 'lmsysorg/sglang:v0.5.18'), shipped('vllm-cpu', 'vllm/vllm-cpu:v0.11.0'), shipped('llama-cpp', 'openstation/llama-cpp:b10573'), shipped('llama-cpp-gpu', 'ghcr.io/ggml-org/llama.cpp:server-cuda-b10573')];
const customEngines = [{
  id: 'custom-tgi', name: 'Text Generation Inference', hardware: 'gpu', formats: ['safetensors'], image: 'registry.example:5000/mirror/text-generation-inference:3.3.4', entrypoint: ['text-generation-launcher'],
  argv: ['--model-id', '{model_path}', '--hostname', '{host}', '--port', '{port}'], env: { RUST_LOG: 'info' }, healthPath: '/health', metricsPath: '/metrics', description: 'For models whose tool calls need it.',
}];

export function serviceRoutes({ data, publish, refuse, one }) {
  const timers = new Set();
  const after = (ms, act) => { const timer = setTimeout(() => { timers.delete(timer); act(); }, ms); timers.add(timer); };
  const find = (id) => one(data.services, id);
  const changed = (service) => { service.readyInstances = service.instances.filter(({ ready }) => ready).length; publish('services', 'changed', service.id, service); return service; };
  const [revisions, events, runs] = [new Map(), new Map(), new Map()];
  const eventsOf = (id) => events.get(id) ?? events.set(id, seedEvents(find(id))).get(id);
  const tell = (service, code, severity = 'info', details = {}, message = code) => eventsOf(service.id).unshift({ id: String(Date.now() + Math.random()), at: ago(0), severity, code, message, instanceId: null, details });
  const snapshot = (service, note = '') => ({ revision: service.revision, createdAt: ago(0), createdBy: 'admin', current: true, engine: service.engine, parameters: service.parameters, contextLength: service.contextLength, parallel: service.parallel, argv: service.argv, note });
  const revisionsOf = (service) => revisions.get(service.id) ?? revisions.set(service.id, seedRevisions(service, snapshot)).get(service.id);
  const page = (items, { limit = '50', before }) => { const from = before ? items.findIndex(({ id, instanceId }) => (id ?? instanceId) === before) + 1 : 0; const part = items.slice(from, from + Number(limit)); return { items: part, next: from + part.length < items.length ? (part.at(-1).id ?? part.at(-1).instanceId) : null }; };

  function start(service, slot, places) {
    const place = places?.[0] ?? { nodeId: data.nodes[0].id, nodeName: data.nodes[0].name, gpuUuids: [data.nodes[0].gpus[0]?.uuid] };
    const node = data.nodes.find(({ id }) => id === place.nodeId);
    const instance = wideInstance({ id: randomUUID(), serviceId: service.id, slot, nodeId: place.nodeId, nodeName: place.nodeName, gpuIndexes: (node?.gpus ?? []).filter(({ uuid }) => place.gpuUuids.includes(uuid)).map(({ index }) => index), state: 'assigned', desired: 'run', ready: false, unknown: false, phase: 'port', percent: 2, message: '', reason: '', handle: '', memoryBytes: null, revision: service.revision, generation: service.generation, createdAt: ago(0), stateSince: ago(0) });
    if (places?.length > 1) instance.members = places.map((each, rank) => member(rank, data.nodes.find(({ id }) => id === each.nodeId), [0], 'preparing', 'image', 5));
    service.instances.push(instance);
    changed(service);
    const fails = service.name.includes('fail');
    const way = [['preparing', 'port', 6], ['preparing', 'image', 12, 'Downloading'], ['preparing', 'image', 22, 'Extracting'], ['preparing', 'model', 35], ['preparing', 'model', 52], ['starting', 'engine', 58], ['loading', 'weights', 70], ['loading', 'weights', 88], ['loading', 'health', 97], ['running', 'ready', 100]];
    const total = data.models.find(({ id }) => id === service.modelId)?.bytes ?? 1e9;
    const go = (at) => {
      const [state, phase, percent, message = ''] = way[at];
      if (instance.desired === 'stop') return;
      if (fails && phase === 'weights') {
        Object.assign(instance, { state: 'failed', reason: 'gpu-memory', health: 'dead', diagnosis: service.name.includes('dtype') ? diagnoses.dtype : diagnoses.memory, stateSince: ago(0) });
        service.state = 'failed';
        tell(service, 'instance-failed', 'error', { reason: 'gpu-memory' });
        return changed(service);
      }
      Object.assign(instance, { state, phase, percent, message, stateSince: ago(0), modelBytesDone: phase === 'model' ? total * (percent - 25) / 30 : null, modelBytesTotal: phase === 'model' ? total : null, ready: phase === 'ready', health: phase === 'ready' ? 'ok' : 'starting' });
      instance.members.forEach((each) => Object.assign(each, { state, phase, percent: Math.max(5, percent - each.rank * 4) }));
      Object.assign(service, phase === 'ready' ? { state: 'ready', percent: null, phase: '', readyAt: ago(0), conformance: service.conformance ?? conformance(service.revision) } : { percent, phase });
      if (phase === 'ready') tell(service, 'instance-ready');
      changed(service);
      if (at + 1 < way.length) after(1400, () => go(at + 1));
    };
    after(900, () => go(0));
  }

  /** One instance after the other gets a successor of the new revision. */
  function roll(service) {
    const outdated = service.instances.filter(({ revision, desired }) => revision !== service.revision && desired === 'run');
    service.outdatedInstances = outdated.length;
    if (outdated.length === 0) { tell(service, 'rollout-finished', 'info', { revision: service.revision }); return changed(service); }
    changed(service);
    after(4000, () => {
      Object.assign(outdated[0], { revision: service.revision, diagnosis: null, state: 'running', ready: true, health: 'ok', reason: '', phase: 'ready', percent: 100, stateSince: ago(0) });
      service.state = 'ready';
      roll(service);
    });
  }

  function revise(service, change, note) {
    const list = revisionsOf(service);
    list.forEach((each) => { each.current = false; });
    Object.assign(service, change, { revision: service.revision + 1 });
    service.argv = ['--max-model-len', String(service.contextLength), '--tensor-parallel-size', '2', ...service.parameters.split(/\s+/).filter(Boolean)];
    list.unshift(snapshot(service, note));
    tell(service, 'revision-created', 'info', { revision: service.revision });
    roll(service);
  }

  const routes = {
    'GET /engine-images': () => images,
    'PUT /engine-images/:id': ({ id, body }) => {
      const found = images.find(({ engine }) => engine === id) ?? refuse(404, 'not-found', `no shipped engine is called ${id}`);
      if (body.image !== null && !/[:@]/.test(body.image)) refuse(400, 'invalid', 'image: needs a tag or a digest: without one every node may start something else', 'image');
      const image = body.image ?? (body.mirror ? `${body.mirror}/${found.defaultImage}` : found.defaultImage);
      return Object.assign(found, { image, mirror: body.image === null ? (body.mirror ?? null) : null, overridden: image !== found.defaultImage, version: image.split(':').at(-1) });
    },
    'GET /custom-engines': () => customEngines,
    'PUT /custom-engines/:id': ({ id, body }) => {
      const at = customEngines.findIndex((each) => each.id === id);
      customEngines.splice(at < 0 ? customEngines.length : at, at < 0 ? 0 : 1, { id, ...body });
      return { id, ...body };
    },
    'DELETE /custom-engines/:id': ({ id }) => void customEngines.splice(customEngines.findIndex((each) => each.id === id), 1),
    'GET /services': () => data.services,
    'POST /services/plan': ({ body }) => plan(data, one, refuse, body),
    'POST /services/what-if': ({ body }) => ({
      plans: body.add.map((request) => plan(data, one, refuse, request)),
      affected: data.services.flatMap((service) => {
        const lost = service.instances.filter(({ nodeId }) => body.withoutNodeIds.includes(nodeId));
        if (lost.length === 0) return [];
        const movable = service.mode === 'cpu' ? lost.length : Math.max(0, lost.length - 1);
        return [{ serviceId: service.id, serviceName: service.name, instances: lost.length, movable, outage: movable === 0 && lost.length >= service.readyInstances, reasons: movable < lost.length ? ['gpu-v100-01 is unreachable', 'master has no GPU'] : [] }];
      }),
    }),
    'GET /services/:id': ({ id }) => find(id),
    'POST /services': ({ body }) => {
      if (data.services.some(({ name }) => name === body.name)) refuse(409, 'conflict', `a service named ${body.name} is there already, or is still being deleted: choose another name`, 'name');
      const model = one(data.models, body.modelId);
      const planned = plan(data, one, refuse, body);
      const service = {
        id: randomUUID(), name: body.name, modelId: model.id, modelName: model.name, modelPath: model.storagePath, engine: planned.engine, mode: planned.mode, parameters: body.parameters, argv: planned.argv, contextLength: planned.contextLength, parallel: planned.parallel,
        wantedInstances: body.instances ?? 1, readyInstances: 0, state: 'deploying', percent: 0, phase: 'waiting', message: '', instances: [], generation: 1, revision: 1, outdatedInstances: 0, stopped: false,
        replaceAfterMinutes: body.replaceAfterMinutes, scaling: body.scaling, scalingReason: '', conformance: null, networkInterface: body.networkInterface, createdAt: ago(0), createdBy: 'admin', readyAt: null,
      };
      data.services.unshift(service);
      start(service, 1, planned.placements);
      return service;
    },
    'PATCH /services/:id': ({ id, body }) => {
      const service = find(id);
      const { note = '', scaling, replaceAfterMinutes, wantedInstances, ...change } = body;
      if (change.parameters?.includes('--fly')) refuse(400, 'bad-request', 'vLLM does not know --fly here; it takes --dtype, --max-num-seqs', 'parameters');
      if (scaling !== undefined) Object.assign(service, { scaling, scalingReason: scaling ? 'no window holds now: the least number' : '' });
      if (replaceAfterMinutes !== undefined) service.replaceAfterMinutes = replaceAfterMinutes;
      if (wantedInstances !== undefined) service.wantedInstances = wantedInstances;
      if (Object.keys(change).some((key) => change[key] !== service[key])) revise(service, change, note);
      return changed(service);
    },
    'GET /services/:id/revisions': ({ id }) => revisionsOf(find(id)),
    'POST /services/:id/revert': ({ id, body }) => {
      const service = find(id);
      const { engine, parameters, contextLength, parallel } = revisionsOf(service).find(({ revision }) => revision === body.revision) ?? refuse(404, 'not-found', 'no such revision');
      revise(service, { engine, parameters, contextLength, parallel }, `as in revision ${body.revision}`);
      return service;
    },
    'POST /services/:id/stop': ({ id }) => { const service = find(id); Object.assign(service, { stopped: true, state: 'stopped', instances: [] }); tell(service, 'stopped'); return changed(service); },
    'POST /services/:id/start': ({ id }) => { const service = find(id); Object.assign(service, { stopped: false, state: 'deploying' }); tell(service, 'started'); start(service, 1); return changed(service); },
    'POST /services/:id/conformance': ({ id }) => { const service = find(id); service.conformance = { ...conformance(service.revision), checkedAt: ago(0) }; return changed(service); },
    'GET /services/:id/events': ({ id, query }) => page(eventsOf(id), query),
    'GET /services/:id/runs': ({ id, query }) => page(runs.get(id) ?? runs.set(id, seedRuns(find(id))).get(id), query),
    'POST /services/:id/instances/plan': ({ id, body }) => plan(data, one, refuse, { ...find(id), nodeIds: body.nodeIds, cards: body.cards ?? [] }),
    'POST /services/:id/instances': ({ id, body }) => {
      const service = find(id);
      service.wantedInstances += 1;
      start(service, Math.max(0, ...service.instances.map(({ slot }) => slot)) + 1, plan(data, one, refuse, { ...service, nodeIds: body.nodeIds }).placements);
      return changed(service);
    },
    'DELETE /services/:id/instances/:other': ({ id, other }) => { const service = find(id); service.instances = service.instances.filter((item) => item.id !== other); service.wantedInstances = Math.max(0, service.wantedInstances - 1); return changed(service); },
    'DELETE /services/:id': ({ id }) => { const service = find(id); data.services = data.services.filter((item) => item.id !== id); publish('services', 'removed', id); return { ...service, state: 'deleting' }; },
    'POST /instances/:id/check': ({ id }) => {
      const instance = data.services.flatMap(({ instances }) => instances).find((each) => each.id === id);
      return instance?.ready ? { ok: true, latencyMs: 41, message: 'The engine answered' } : { ok: false, latencyMs: 5004, message: 'connect ECONNREFUSED 127.0.0.1:41003' };
    },
  };
  return { routes, stop: () => timers.forEach(clearTimeout) };
}

function seedRevisions(service, snapshot) {
  return Array.from({ length: service.revision }, (_, index) => ({ ...snapshot(service), revision: service.revision - index, current: index === 0, createdAt: ago(60 + index * 2000), createdBy: index === 1 ? '王小明' : 'admin', note: index === 1 ? 'longer answers for the law team' : '', contextLength: index === 0 ? service.contextLength : 16_384, parameters: index === 0 ? service.parameters : '--max-num-seqs 128' }));
}

function seedEvents(service) {
  const list = [['instance-ready', 'info', 4], ['instance-failed', 'error', 9], ['scaled', 'info', 60], ['instance-hung', 'warning', 190], ['instance-restarted', 'info', 189], ['rollout-finished', 'info', 400], ['revision-created', 'info', 410], ['replaced', 'warning', 900], ['created', 'info', 1800]];
  return list.map(([code, severity, minutes], index) => ({ id: `e${index}`, at: ago(minutes), severity, code, message: `The controller's own words about ${code}`, instanceId: service.instances[0]?.id ?? null, details: { revision: service.revision, node: service.instances[0]?.nodeName ?? '' } }));
}

function seedRuns(service) {
  const past = Array.from({ length: 4 }, (_, index) => ({ instanceId: randomUUID(), serviceId: service.id, slot: 1, nodeName: 'gpu-a100-03', revision: 1, state: index % 2 ? 'stopped' : 'failed', reason: index % 2 ? '' : 'gpu-memory', message: '', createdAt: ago(3000 + index * 500), endedAt: ago(2900 + index * 500), hasLog: index < 3, diagnosis: index % 2 ? null : diagnoses.memory }));
  return [...service.instances.map((each) => ({ instanceId: each.id, serviceId: service.id, slot: each.slot, nodeName: each.nodeName, revision: each.revision, state: each.state, reason: each.reason, message: each.message, createdAt: each.createdAt, endedAt: each.state === 'failed' ? each.stateSince : null, hasLog: true, diagnosis: each.diagnosis })), ...past];
}

const reasonsOf = (card, node) => node.state !== 'healthy' ? ['silent', `${node.name} is ${node.state}`] : node.availability !== 'active' ? ['unavailable', `${node.name} is in maintenance`] : card.quarantine ? ['quarantine', `is in quarantine (${card.quarantine.reason})`]
  : card.memoryUsedBytes > card.memoryBytes * 0.5 ? ['in-use', 'has too little free: other programs use it'] : card.computeCapability < 7 ? ['card-too-old', `${card.name} has compute capability ${card.computeCapability}, the engine needs 7`] : null;

function plan(data, one, refuse, { modelId, mode, engine, parameters = '', contextLength, parallel, nodeIds = [], cards = [] }) {
  const model = one(data.models, modelId);
  if (parameters.includes('--fly')) refuse(400, 'bad-request', 'vLLM does not know --fly here; it takes --dtype, --max-num-seqs', 'parameters');
  const cpu = mode === 'cpu' || model.format === 'gguf';
  const context = contextLength ?? Math.min(model.contextLength, 32_768);
  const chats = parallel ?? 16;
  const wanted = new Map(cards.map(({ nodeId, gpuUuids }) => [nodeId, new Set(gpuUuids)]));
  const named = (node) => nodeIds.length === 0 || nodeIds.includes(node.id);
  const looked = data.nodes.filter((node) => named(node) && node.state !== 'joining');
  const verdicts = looked.flatMap((node) => node.gpus.map((card) => ({ node, card, why: reasonsOf(card, node) })));
  const free = verdicts.filter(({ node, card, why }) => !why && (!wanted.has(node.id) || wanted.get(node.id).has(card.uuid)));
  const perToken = cpu ? 12_288 : 73_728;
  const term = (count) => ({ weightsBytes: model.bytes / count, kvCacheBytes: context * chats * perToken / count, activationBytes: 1.4e9, overheadBytes: 1.5e9, totalBytes: model.bytes / count + context * chats * perToken / count + 2.9e9 });
  const groups = mode === 'distributed' ? [free] : [...new Set(free.map(({ node }) => node))].map((node) => free.filter((each) => each.node === node));
  let seat = null;
  if (!cpu) for (const group of groups) for (const count of [1, 2, 4]) { const size = Math.min(...group.slice(0, count).map(({ card }) => card.memoryBytes)); if (!seat && group.length >= count && term(count).totalBytes <= size * 0.9) seat = { group: group.slice(0, count), size }; }
  const host = cpu ? looked.find(({ state, availability }) => state === 'healthy' && availability === 'active') : null;
  const fits = cpu ? host !== undefined && host !== null : seat !== null;
  const count = seat?.group.length ?? 1;
  const tooLong = context > model.contextLength;
  const chosen = new Set((seat?.group ?? []).map(({ card }) => card.uuid));
  const perCard = fits ? { ...term(count), budgetBytes: cpu ? 140 * GB : seat.size * 0.9, cardBytes: cpu ? 187 * GB : seat.size } : null;
  const room = perCard ? perCard.budgetBytes - perCard.weightsBytes - 2.9e9 : 0;
  const places = cpu ? (host ? [{ nodeId: host.id, nodeName: host.name, gpuUuids: [], availableBytes: 140 * GB }] : []) : [...new Set((seat?.group ?? []).map(({ node }) => node))].map((node) => ({ nodeId: node.id, nodeName: node.name, gpuUuids: seat.group.filter((each) => each.node === node).map(({ card }) => card.uuid), availableBytes: seat.size * 0.9 * count }));
  return {
    fits: fits && !tooLong, engine: engine ?? (cpu ? 'llama-cpp' : 'vllm'), mode: mode ?? (cpu ? 'cpu' : 'single'), contextLength: context, parallel: chats, argv: cpu ? ['--ctx-size', String(context)] : ['--max-model-len', String(context), '--max-num-seqs', String(chats), '--tensor-parallel-size', String(count)],
    tensorParallel: count, pipelineParallel: places.length || 1, dataType: model.dataType, perCard, memory: { ...term(1), nominalBytes: model.memoryNeedBytes },
    parallelChats: perCard ? [...new Set([4096, 8192, 32_768, 131_072].filter((length) => length <= model.contextLength).concat(context))].sort((a, b) => a - b).map((length) => ({ contextLength: length, chats: Math.floor(room / (perToken * length / count) * 10) / 10 })) : [],
    cards: cpu ? [] : verdicts.map(({ node, card, why }) => ({ nodeId: node.id, nodeName: node.name, uuid: card.uuid, index: card.index, name: card.name, memoryBytes: card.memoryBytes, freeBytes: Math.max(0, card.memoryBytes - card.memoryUsedBytes), chosen: chosen.has(card.uuid), reasonCode: chosen.has(card.uuid) ? 'chosen' : (why?.[0] ?? 'not-needed'), reason: chosen.has(card.uuid) ? '' : (why?.[1] ?? 'is free, but fewer cards are enough') })),
    placements: places,
    rejected: looked.filter(({ id }) => !places.some(({ nodeId }) => nodeId === id)).map((node) => ({ nodeId: node.id, nodeName: node.name, ...verdictOf(node, cpu, term(1).totalBytes) })),
    notes: [
      ...(tooLong ? [{ level: 'error', code: 'context-too-long', field: 'contextLength', message: `the model was made for ${model.contextLength} tokens, asked are ${context}` }] : []),
      ...(fits ? [{ level: 'info', code: 'capacity', field: null, message: `at ${context} tokens of context the memory holds about 20 parallel chats` }] : [{ level: 'error', code: 'no-node', field: 'nodeIds', message: 'no node can carry it: master has no GPU card' }]),
    ],
  };
}

function verdictOf(node, cpu, needed) {
  if (node.state !== 'healthy') return { code: 'silent', numbers: {}, reason: `is ${node.state}` };
  if (node.availability !== 'active') return { code: 'unavailable', numbers: {}, reason: 'is in maintenance' };
  if (!cpu && node.gpus.length === 0) return { code: 'no-gpu', numbers: {}, reason: 'has no GPU card' };
  if (cpu) return { code: 'less-busy', numbers: { availableBytes: 90 * GB }, reason: 'would fit (90 GB free), but master is less busy' };
  return { code: 'too-small', numbers: { cards: 1, freeCards: 1, neededBytes: needed, availableBytes: 72 * GB }, reason: 'on 1 of its 1 free cards it needs 160 GB a card, usable are 72 GB' };
}
