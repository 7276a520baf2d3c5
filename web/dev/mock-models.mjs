// The model routes of the stand-in: a small catalog whose downloads run, a disk that fills up, a hub that is away.
import { randomUUID } from 'node:crypto';
import { ago, operation as anOperation } from './mock-data.mjs';

const GB = 1024 ** 3;
const variant = (family, label, name, billions, more = {}) => ({
  id: `${family}/${label.toLowerCase()}`, label, name, repositories: { modelscope: `deepseek-ai/${name}`, huggingface: `deepseek-ai/${name}` }, revision: null, include: [], exclude: [], format: 'safetensors', parameterCount: billions * 1e9,
  activeParameterCount: null, dataType: 'BF16', bytes: billions * 2e9, memoryNeedBytes: billions * 2.4e9 + 2 * GB, contextLength: null, licence: 'mit', engineParameters: {}, modelId: null, state: 'absent', percent: 0, downloadId: null, ...more,
});
const family = (id, name, provider, logo, variants, more = {}) => ({ id, name, provider, logo, kind: 'llm', contextLength: 131_072, description: `${name}, as its makers publish it.`, descriptionZh: `${name} 官方发布的模型。`, origin: 'shipped', edited: false, hidden: false, variants, ...more });

export function modelRoutes({ data, publish, refuse, one }) {
  const families = [
    family('deepseek-r1', 'DeepSeek-R1', 'DeepSeek', 'deepseek', [['671B', 'DeepSeek-R1', 671], ['70B', 'DeepSeek-R1-Distill-Llama-70B', 70], ['32B', 'DeepSeek-R1-Distill-Qwen-32B', 32], ['14B', 'DeepSeek-R1-Distill-Qwen-14B', 14], ['8B', 'DeepSeek-R1-Distill-Llama-8B', 8], ['7B', 'DeepSeek-R1-Distill-Qwen-7B', 7], ['1.5B', 'DeepSeek-R1-Distill-Qwen-1.5B', 1.5]].map((each) => variant('deepseek-r1', ...each))),
    family('qwen3', 'Qwen3', 'Qwen', 'qwen', [['8B', 'Qwen3-8B', 8.2], ['32B', 'Qwen3-32B', 32]].map((each) => variant('qwen3', ...each))),
    family('own', 'A family of our own with a name that is rather long', 'Research', '', [variant('own', '0.5B', 'Ours-0.5B', 0.5)], { origin: 'own', kind: 'embedding' }),
  ];
  const downloads = [];
  let hubs = { activeDownloads: 1, primaryHub: 'modelscope', modelscopeAddress: 'https://modelscope.example', huggingfaceAddress: 'https://hub.example', modelscopeTokenSet: true, huggingfaceTokenSet: false, downloadBytesPerSecond: null, distributionBytesPerSecond: null };
  const deeds = { queued: ['cancel', 'pause'], active: ['cancel', 'pause'], waiting: ['cancel', 'pause'], paused: ['cancel', 'resume'], failed: ['cancel', 'retry'], done: [], cancelled: [] };
  const jobStates = { queued: 'queued', active: 'running', waiting: 'waiting', paused: 'paused', failed: 'failed', done: 'succeeded', cancelled: 'cancelled' };
  const chips = { queued: 'queued', active: 'downloading', waiting: 'downloading', paused: 'paused', failed: 'failed', done: 'ready', cancelled: 'absent' };
  const variantOf = (id) => families.flatMap(({ variants }) => variants).find((each) => each.id === id);
  const has = data.models.find(({ name }) => name === 'Qwen3-8B');
  if (has) Object.assign(variantOf('qwen3/8b'), { state: 'ready', percent: 100, modelId: has.id });

  function move(download, state, more = {}) {
    const over = ['done', 'failed', 'cancelled'].includes(state);
    Object.assign(download, { state, waitingFor: null, message: '', ...more });
    Object.assign(download.operation, { state: jobStates[state], phase: state === 'active' ? 'fetching' : state, can: deeds[state], finishedAt: over ? ago(0) : null, ...(state === 'done' ? { percent: 100 } : {}) });
    const chip = variantOf(download.variantId);
    if (chip) Object.assign(chip, { state: chips[state], downloadId: state === 'cancelled' || state === 'done' ? null : download.id, percent: state === 'cancelled' ? 0 : download.operation.percent, ...(state === 'cancelled' ? { modelId: null } : {}) });
    const model = data.models.find(({ id }) => id === download.modelId);
    if (model) Object.assign(model, { state: state === 'done' ? 'ready' : state === 'failed' ? 'failed' : 'downloading', readyAt: state === 'done' ? ago(0) : null });
    if (model) publish('models', 'changed', model.id, model);
    publish('operations', 'changed', download.operation.id, download.operation);
    if (state !== 'active') next();
    return download;
  }
  function next() {
    const waiting = downloads.filter(({ state }) => state === 'queued');
    waiting.forEach((download, at) => Object.assign(download, { place: at + 1 }));
    if (waiting[0] && downloads.filter(({ state }) => state === 'active').length < hubs.activeDownloads) move(Object.assign(waiting[0], { place: null }), 'active');
  }
  const beat = setInterval(() => {
    for (const download of downloads.filter(({ state }) => state === 'active')) {
      const { operation } = download;
      const { transfer } = operation;
      // The 70B never finds room, the hub of the 14B goes away, the 32B is gated: so every state can be looked at.
      if (/70B/.test(download.name)) move(download, 'waiting', { waitingFor: 'space', message: '141 GB must be free on the disk of the model store' });
      else if (/14B/.test(download.name) && operation.percent > 20) move(download, 'waiting', { waitingFor: 'hub', message: 'the hub answered 503 three times' });
      else if (/32B/.test(download.name) && operation.percent > 5) Object.assign(move(download, 'failed').operation, { failure: 'the hub does not give model-00001.safetensors to us (403)', failureCode: 'forbidden' });
      else if (operation.percent >= 97) move(download, 'done');
      else publish('operations', 'changed', operation.id, Object.assign(operation, { percent: Number((operation.percent + 1.37).toFixed(2)), transfer: { ...transfer, bytesDone: Math.round(transfer.bytesTotal * operation.percent / 100), bytesPerSecond: 84e6, etaSeconds: Math.round(120 - operation.percent) } }));
    }
  }, 700);

  const preview = ({ variantId, hub = hubs.primaryHub, repository, name }) => {
    const chosen = variantOf(variantId);
    const bytes = chosen?.bytes ?? 3e9;
    return { hub, repository: repository ?? chosen?.repositories[hub] ?? '', revision: '3f2c91', name: name ?? chosen?.name ?? repository.split('/')[1], bytes, fileCount: 9, memoryNeedBytes: bytes * 1.2 + 2 * GB, freeBytes: 120e9, neededBytes: bytes + 10 * GB, fits: bytes + 10 * GB < 120e9, licence: chosen?.licence ?? null, gated: /32B/.test(chosen?.name ?? ''), storagePath: '/var/lib/openstation/models' };
  };
  const download = (id) => one(downloads, id);
  const card = (body, more) => ({ hidden: false, ...more, ...body, variants: body.variants.map((each) => ({ ...variant('own', each.label, each.name, 1), ...variantOf(each.id), ...each, id: each.id ?? `own/${each.label.toLowerCase()}` })) });
  const put = (changed) => { publish('catalog', 'changed', changed.id, changed); return changed; };
  return {
    stop: () => clearInterval(beat),
    routes: {
      'GET /catalog': ({ query }) => families.filter(({ hidden }) => !hidden || query.hidden === 'true'),
      'POST /catalog': ({ body }) => { if (families.some(({ name }) => name === body.name)) refuse(409, 'conflict', `name: a card named ${body.name} is there already`, 'name'); const made = card(body, { id: randomUUID(), origin: 'own', edited: false }); families.push(made); return put(made); },
      'PUT /catalog/:id': ({ id, body }) => { const before = one(families, id); families[families.indexOf(before)] = card(body, { id, origin: before.origin, edited: before.origin === 'shipped', hidden: before.hidden }); return put(one(families, id)); },
      'POST /catalog/:id/hidden': ({ id, body }) => put(Object.assign(one(families, id), { hidden: body.hidden })),
      'DELETE /catalog/:id': ({ id }) => { const found = one(families, id); if (found.origin === 'own') families.splice(families.indexOf(found), 1); else found.edited = false; put(found); },
      'POST /catalog/lookup': ({ body }) => { if (/nothing/i.test(body.repository)) refuse(400, 'bad-request', `repository: ${body.repository} is not at this hub`, 'repository'); return { ...body, revision: '3f2c91', licence: 'apache-2.0', gated: /gated/i.test(body.repository), files: [['config.json', 800], ['model.safetensors', 3e9], ['README.md', 9000], ['original/weights.bin', 3e9]].map(([path, bytes]) => ({ path, bytes, selected: !/original/.test(path) })), selectedBytes: 3e9, format: 'safetensors', parameterCount: 1.5e9, dataType: 'BF16', contextLength: 32_768 }; },
      'GET /downloads': () => downloads.toSorted((a, b) => Object.keys(deeds).indexOf(a.state) - Object.keys(deeds).indexOf(b.state)),
      'GET /downloads/:id': ({ id }) => ({ download: download(id), startedAt: ago(1), files: [['config.json', 800, 1], ['tokenizer.json', 11e6, 1], ['model-00001-of-00002.safetensors', 8e9, 0.4], ['model-00002-of-00002.safetensors', 8e9, 0]].map(([path, bytes, part]) => ({ path, bytes, bytesDone: Math.round(bytes * part), state: part === 1 ? 'done' : part > 0 ? 'fetching' : 'pending' })) }),
      'POST /downloads/preview': ({ body }) => preview(body),
      'POST /downloads': ({ body }) => {
        const wanted = preview(body);
        if (data.models.some(({ name }) => name === wanted.name)) refuse(409, 'conflict', `name: a model named ${wanted.name} is there already: choose another name`, 'name');
        const model = { ...data.models[0], id: randomUUID(), name: wanted.name, bytes: wanted.bytes, state: 'downloading', source: wanted.hub, repository: wanted.repository, usedBy: [], createdAt: ago(0), readyAt: null, failure: null };
        const job = anOperation('download-model', model.id, `Download ${model.name}`, { state: 'queued', phase: 'queued', startedMinutesAgo: 0, transfer: { bytesDone: 0, bytesTotal: wanted.bytes, bytesPerSecond: null, etaSeconds: null } });
        const made = { id: randomUUID(), modelId: model.id, name: model.name, variantId: body.variantId ?? null, hub: wanted.hub, repository: wanted.repository, revision: wanted.revision, state: 'queued', place: 1, waitingFor: null, message: '', operation: job };
        data.models.unshift(Object.assign(model, { operationId: job.id }));
        data.operations.unshift(job);
        downloads.push(made);
        Object.assign(variantOf(body.variantId) ?? {}, { modelId: model.id });
        return { download: move(made, 'queued'), model };
      },
      'POST /downloads/:id/pause': ({ id }) => move(download(id), 'paused'),
      'POST /downloads/:id/resume': ({ id }) => move(download(id), 'queued'),
      'POST /downloads/:id/retry': ({ id }) => { Object.assign(download(id).operation, { failure: null, failureCode: null, attempt: 2 }); return move(download(id), 'queued'); },
      'POST /downloads/:id/cancel': ({ id }) => { const gone = download(id); data.models = data.models.filter((model) => model.id !== gone.modelId); publish('models', 'removed', gone.modelId); return move(gone, 'cancelled'); },
      'GET /settings/hubs': () => hubs,
      'PATCH /settings/hubs': ({ body: { modelscopeToken, huggingfaceToken, ...body } }) => (hubs = { ...hubs, ...body, ...(modelscopeToken === undefined ? {} : { modelscopeTokenSet: modelscopeToken !== null }), ...(huggingfaceToken === undefined ? {} : { huggingfaceTokenSet: huggingfaceToken !== null }) }),
      'PATCH /models/:id': ({ id, body }) => { const model = one(data.models, id); Object.assign(model, body.description === undefined ? {} : { description: body.description }, body.approveCode === undefined ? {} : { codeRisk: { ...model.codeRisk, approved: body.approveCode } }); publish('models', 'changed', id, model); return model; },
      'GET /models/:id/files': ({ id }) => ({ digest: 'c'.repeat(64), files: Array.from({ length: one(data.models, id).fileCount }, (_, at) => ({ path: `model-${String(at + 1).padStart(5, '0')}.safetensors`, bytes: 1.1e9, sha256: at === 2 ? null : String(at).repeat(64).slice(0, 64) })) }),
      'GET /models/:id/readme': ({ id }) => ({ markdown: `# ${one(data.models, id).name}\n\nA model. [Paper](https://example.org)\n\n<script>alert(1)</script>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n`, truncated: true }),
      'GET /models/:id/nodes': ({ id }) => data.nodes.filter(({ state }) => state === 'healthy').slice(0, 3).map((node, at) => ({ nodeId: node.id, nodeName: node.name, bytes: one(data.models, id).bytes * [1, 0.42, 0.1][at], totalBytes: one(data.models, id).bytes, state: ['complete', 'fetching', 'damaged'][at], inUse: at === 0, verifiedAt: at === 0 ? ago(300) : null, bytesPerSecond: at === 1 ? 3.1e8 : null, fromController: 4e9, fromNodes: at === 1 ? 2e9 : 0 })),
      'POST /models/inspect': ({ body }) => ({ path: body.path, importable: !/broken/.test(body.path), suggestedName: body.path.split('/').at(-1), format: 'safetensors', bytes: 16.4e9, fileCount: 14, architecture: 'Qwen3ForCausalLM', parameterCount: 8.2e9, dataType: 'BF16', contextLength: 40_960, freeBytes: 900e9, findings: [...(/broken/.test(body.path) ? [{ level: 'error', code: 'missing-shard', file: 'model-00003-of-00005.safetensors', message: 'is not there; the index says it belongs to the model' }] : [{ level: 'ok', code: 'whole', file: null, message: 'a whole safetensors model' }]), { level: 'warning', code: 'no-chat-template', file: null, message: 'there is no chat template' }] }),
      'POST /models/:id/prefetch': ({ id }) => { const job = anOperation('prefetch-model', id, `Prefetch ${one(data.models, id).name}`, { phase: 'transferring', startedMinutesAgo: 0 }); data.operations.unshift(job); publish('operations', 'changed', job.id, job); return job; },
      'POST /models/:id/verify': ({ id }) => { const job = anOperation('verify-model', id, `Verify ${one(data.models, id).name}`, { phase: 'verifying', startedMinutesAgo: 0 }); data.operations.unshift(job); publish('operations', 'changed', job.id, job); return job; },
      'DELETE /models/:id/nodes/:nodeId': () => refuse(409, 'in-use', 'an instance on this node uses the model'),
    },
  };
}
