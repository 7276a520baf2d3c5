// A stand-in of the controller for work on screens; see README.md beside it. Not part of the product.
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ago, seed, usageSummary } from './mock-data.mjs';
import { modelRoutes } from './mock-models.mjs';
import { nodeRoutes } from './mock-nodes.mjs';
import { serviceRoutes, widen } from './mock-services.mjs';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '4300' }, web: { type: 'string', default: 'web/dist' }, empty: { type: 'boolean', default: false }, bare: { type: 'boolean', default: false }, away: { type: 'boolean', default: false },
    nodes: { type: 'string', default: '0' }, slow: { type: 'string', default: '0' }, fail: { type: 'string', default: '' },
  },
});
const webRoot = resolve(options.web);
const data = seed({ empty: options.empty || options.bare });
if (options.bare) data.nodes = [];
if (options.away) for (const node of data.nodes) Object.assign(node, { state: node.state === 'joining' ? 'joining' : 'unreachable', metrics: null });
widen(data);
const sessions = new Map();
const listeners = new Set();
const password = 'station1!';
const permissions = {
  admin: ['nodes.read', 'nodes.write', 'models.read', 'models.write', 'services.read', 'services.write', 'users.read', 'users.write', 'keys.own', 'keys.any', 'usage.own', 'usage.any', 'settings.read', 'settings.write', 'audit.read', 'operations.read'],
  operator: ['nodes.read', 'models.read', 'models.write', 'services.read', 'services.write', 'keys.own', 'usage.own', 'usage.any', 'settings.read', 'operations.read'],
  auditor: ['nodes.read', 'models.read', 'services.read', 'users.read', 'keys.own', 'usage.own', 'usage.any', 'settings.read', 'audit.read', 'operations.read'],
  user: ['services.read', 'keys.own', 'usage.own'],
};
let settings = { publicHost: null, sessionIdleMinutes: 60, callRetentionDays: 90 };
const mustChange = new Set(['fresh']);

class Refusal extends Error {
  constructor(status, code, message, field) {
    super(message);
    Object.assign(this, { status, code, field });
  }
}

const me = (user) => ({ id: user.id, username: user.username, email: user.email, role: user.role, mustChangePassword: mustChange.has(user.username), permissions: permissions[user.role] });
const one = (list, id) => list.find((item) => item.id === id) ?? refuse(404, 'not-found', 'There is no such thing');
const refuse = (status, code, message, field) => { throw new Refusal(status, code, message, field); };
const page = (items, { limit = '50', before }) => {
  const from = before ? items.findIndex(({ id }) => id === before) + 1 : 0;
  const part = items.slice(from, from + Number(limit));
  return { items: part, next: from + part.length < items.length ? part.at(-1).id : null };
};
const logLines = (title) => Array.from({ length: 240 }, (_, index) => ({
  number: index + 1, at: ago((240 - index) / 30), error: index % 60 === 59,
  text: index === 0 ? `==== ${title} ====` : index % 60 === 59 ? 'WARNING retrying the download of layer 7' : index % 97 === 96 ? 'ERROR connection reset by peer' : `INFO step ${index}: ${'checking '.repeat(1 + (index % 9))}done`,
}));
/** A log with a line more each second while the job runs. */
const growingLog = (job) => {
  const lines = logLines(job.title);
  const more = job.state === 'running' ? Math.min(2000, Math.floor((Date.now() - Date.parse(job.startedAt)) / 1000)) : 0;
  return lines.concat(Array.from({ length: more }, (_, index) => ({ number: lines.length + index + 1, at: new Date(Date.parse(job.startedAt) + index * 1000).toISOString(), error: false, text: `INFO ${job.phase}: line ${index + 1}` })));
};
const audit = Array.from({ length: 160 }, (_, index) => ({
  id: String(1e6 - index), at: ago(index * 37), actor: index % 3 ? 'admin' : 'local-admin', address: '10.20.0.5', verb: ['create', 'update', 'delete', 'sign-in'][index % 4], objectType: ['service', 'user', 'node', 'session'][index % 4],
  objectId: randomUUID(), objectName: ['qwen3-8b', 'alice', 'gpu-v100-01', 'admin'][index % 4], changes: index % 4 === 1 ? { email: ['alice@old.example.org', 'alice@example.org'] } : {},
}));

function overview() {
  const count = (list, state) => list.filter((item) => item.state === state).length;
  const gpus = data.nodes.flatMap((node) => node.gpus);
  const sum = usageSummary(data.calls, 60);
  return {
    nodes: { total: data.nodes.length, healthy: count(data.nodes, 'healthy'), suspect: count(data.nodes, 'suspect'), unreachable: count(data.nodes, 'unreachable') },
    gpus: { total: gpus.length, memoryBytes: gpus.reduce((total, gpu) => total + gpu.memoryBytes, 0), memoryUsedBytes: gpus.reduce((total, gpu) => total + (gpu.memoryUsedBytes ?? 0), 0) },
    services: { total: data.services.length, ready: count(data.services, 'ready'), deploying: count(data.services, 'deploying'), degraded: count(data.services, 'degraded'), failed: count(data.services, 'failed') },
    models: { total: data.models.length, ready: count(data.models, 'ready') }, requestsPerMinute: sum.requestsPerMinute, ttftP95Ms: sum.ttftP95Ms, runningOperations: count(data.operations, 'running'),
  };
}

const routes = {
  'GET /me': ({ user }) => me(user),
  'POST /me/password': ({ user, body }) => {
    if (body.current !== password) refuse(422, 'invalid', 'is not the current password', 'current');
    mustChange.delete(user.username);
    return me(user);
  },
  'GET /me/sessions': ({ token }) => [...sessions].map(([id, { createdAt, agent }]) => ({ id: id.slice(0, 8), current: id === token, address: '10.20.0.5', userAgent: agent, createdAt, lastSeenAt: ago(0) }))
    .concat([{ id: 'older', current: false, address: '10.20.3.77', userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15', createdAt: ago(2000), lastSeenAt: ago(400) }]),
  'DELETE /me/sessions/:id': () => undefined,
  'GET /nodes': () => data.nodes,
  'GET /nodes/:id': ({ id }) => one(data.nodes, id),
  'GET /models': () => data.models,
  'GET /models/import-roots': () => ['/data/import', '/var/lib/openstation/import'],
  'GET /models/:id': ({ id }) => one(data.models, id),
  'POST /models/import': ({ body }) => {
    if (!body.path.startsWith('/data/import')) refuse(422, 'invalid', 'must be inside one of the import directories', 'path');
    const model = { ...data.models[0], id: randomUUID(), name: body.name || body.path.split('/').at(-1), state: 'importing', usedBy: [], createdAt: ago(0), readyAt: null };
    const operation = { id: randomUUID(), kind: 'import-model', subjectId: model.id, title: `Import ${model.name}`, state: 'running', percent: 0, phase: 'copying', steps: [], transfer: null, failure: null, failureCode: null, can: [], attempt: 1, startedAt: ago(0), finishedAt: null, startedBy: 'admin' };
    data.models.unshift(Object.assign(model, { operationId: operation.id }));
    data.operations.unshift(operation);
    publish('models', 'changed', model.id, model);
    publish('operations', 'changed', operation.id, operation);
    return { model, operation };
  },
  'DELETE /models/:id': ({ id }) => {
    if (one(data.models, id).usedBy.length > 0) refuse(409, 'in-use', 'A service uses this model; delete the service first');
    data.models = data.models.filter((model) => model.id !== id);
    publish('models', 'removed', id);
  },
  'GET /instances/:id/log': () => logLines('engine'),
  'GET /operations': () => data.operations,
  'GET /operations/:id': ({ id }) => one(data.operations, id),
  'GET /operations/:id/log': ({ id, query }) => growingLog(one(data.operations, id)).filter(({ number }) => number > Number(query.after ?? 0)),
  'GET /engines': () => [
    { id: 'llama-cpp', name: 'llama.cpp', hardware: 'cpu', formats: ['gguf'], description: 'Small models on the CPU', parameters: [{ flag: '--threads', type: 'integer', choices: [], description: 'Threads' }] },
    { id: 'vllm', name: 'vLLM', hardware: 'gpu', formats: ['safetensors'], description: 'High throughput on GPUs', parameters: [{ flag: '--max-num-seqs', type: 'integer', choices: [], description: 'Parallel sequences' }, { flag: '--dtype', type: 'choice', choices: ['auto', 'float16', 'bfloat16'], description: 'Number format' }] },
    { id: 'llama-cpp-gpu', name: 'llama.cpp (GPU)', hardware: 'gpu', formats: ['gguf'], description: 'GGUF models on the cards of one GPU server', parameters: [] },
    { id: 'sglang', name: 'SGLang', hardware: 'gpu', formats: ['safetensors'], description: 'Structured generation on GPUs', parameters: [] },
  ],
  'GET /calls': ({ query, user }) => page(data.calls.filter((call) => (!query.serviceId || call.serviceId === query.serviceId) && (!query.userId || call.userId === query.userId) && (!query.outcome || call.outcome === query.outcome) && (permissions[user.role].includes('usage.any') || call.userId === user.id)), query),
  'GET /usage': ({ query, user }) => usageSummary(data.calls.filter((call) => (!query.serviceId || call.serviceId === query.serviceId) && (permissions[user.role].includes('usage.any') || call.userId === user.id)), Number(query.minutes ?? 60)),
  'GET /audit': ({ query }) => page(audit, query),
  'GET /settings': () => settings,
  'PATCH /settings': ({ body }) => { if (body.publicHost && /[/ ]/.test(body.publicHost)) refuse(422, 'invalid', 'must be a host name or an address, without scheme and port', 'publicHost'); return (settings = { ...settings, ...body }); },
  'GET /system': () => ({ version: '0.1.0', clusterId: '6f0b8f2e-93e1-4bb0-9b0c-1f0d3a1d7c55', database: 'sqlite', startedAt: ago(60 * 51), gatewayUrl: 'https://10.20.0.10:8080/v1', certificateFingerprint: randomBytes(32).toString('hex').toUpperCase().match(/../g).join(':'), gateways: [{ id: 'gw-1', connected: true }] }),
  'GET /overview': () => overview(),
  'GET /users': () => data.users,
  'POST /users': ({ body }) => {
    if (data.users.some(({ username }) => username === body.username)) refuse(409, 'conflict', 'There is a user of this name', 'username');
    const user = { id: randomUUID(), role: 'user', email: null, ...body, status: 'enabled', builtIn: false, keyCount: 0, createdAt: ago(0), lastSignInAt: null };
    data.users.unshift(user);
    return { user, password: 'q7!kd82mPx#xa' };
  },
  'PATCH /users/:id': ({ id, body }) => Object.assign(one(data.users, id), body),
  'POST /users/:id/reset-password': () => ({ password: 'q7!kd82mPx#xa' }),
  'DELETE /users/:id': ({ id }) => { data.users = data.users.filter((user) => user.id !== id); },
  'GET /keys': ({ query, user }) => data.keys.filter((key) => key.userId === (query.userId ?? user.id)),
  'POST /keys': ({ body, user }) => {
    const secret = `sk-os-${randomBytes(32).toString('hex')}`;
    const key = { id: randomBytes(6).toString('hex'), userId: body.userId ?? user.id, username: user.username, label: body.label, lastFour: secret.slice(-4), createdAt: ago(0), lastUsedAt: null, expiresAt: body.expiresAt ?? null, revokedAt: null };
    data.keys.unshift(key);
    return { key, secret };
  },
  'DELETE /keys/:id': ({ id }) => { one(data.keys, id).revokedAt = ago(0); },
};

const nodes = nodeRoutes({ data, publish, refuse, one, overview });
nodes.moreNodes(Number(options.nodes));
const models = modelRoutes({ data, publish, refuse, one });
const services = serviceRoutes({ data, publish, refuse, one });
Object.assign(routes, nodes.routes, models.routes, services.routes);

function publish(topic, kind, id, value = null) {
  for (const response of listeners) response.write(`data: ${JSON.stringify({ topic, kind, id, value })}\n\n`);
}

const beat = setInterval(() => {
  for (const node of data.nodes) {
    if (node.metrics) {
      Object.assign(node.metrics, { at: ago(0), cpuRatio: Math.min(1, Math.max(0, node.metrics.cpuRatio + (Math.random() - 0.5) * 0.08)) });
      publish('nodes', 'changed', node.id, node);
    }
  }
  for (const operation of data.operations.filter(({ kind, state, transfer, steps }) => state === 'running' && (kind !== 'download-model' || !transfer) && (transfer || steps.length === 0))) {
    operation.percent = Math.min(97, operation.percent + 0.51);
    if (operation.transfer) Object.assign(operation.transfer, { bytesDone: operation.transfer.bytesTotal * operation.percent / 100, bytesPerSecond: 7e7 + Math.random() * 3e7, etaSeconds: 120 - operation.percent });
    publish('operations', 'changed', operation.id, operation);
  }
}, 3000);

function match(method, path) {
  for (const [key, handler] of Object.entries(routes)) {
    const [verb, pattern] = key.split(' ');
    const names = [...pattern.matchAll(/:(\w+)/g)].map(([, name]) => name);
    const found = verb === method && new RegExp(`^${pattern.replace(/:\w+/g, '([^/]+)')}$`).exec(path);
    if (found) return { handler, params: Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found[index + 1])])) };
  }
  return refuse(404, 'not-found', `No route ${method} ${path}`);
}

function stream(request, response, start) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(':\n\n');
  const stop = start((value) => response.write(`data: ${JSON.stringify(value)}\n\n`));
  request.on('close', stop);
}

async function answer(request, response, url) {
  const path = url.pathname.slice('/api/v1'.length);
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : {};
  if (options.slow !== '0') await new Promise((done) => setTimeout(done, Number(options.slow)));
  if (options.fail && path.startsWith(options.fail)) refuse(500, 'internal', 'The database did not answer within 5 seconds');
  if (request.method === 'POST' && path === '/session') {
    const user = data.users.find(({ username }) => username === body.username);
    if (!user || body.password !== password) refuse(401, 'wrong-credentials', 'User name or password is wrong');
    const token = randomBytes(16).toString('hex');
    sessions.set(token, { user, createdAt: ago(0), agent: request.headers['user-agent'] ?? '' });
    response.setHeader('set-cookie', `osid=${token}; HttpOnly; SameSite=Lax; Path=/`);
    return json(response, 200, me(user));
  }
  const token = /osid=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
  const user = sessions.get(token)?.user ?? refuse(401, 'unauthenticated', 'Sign in first');
  if (request.method === 'DELETE' && path === '/session') { sessions.delete(token); return json(response, 204); }
  if (path === '/events') {
    return stream(request, response, (send) => {
      send({ topic: 'hello', kind: 'changed', id: '', value: null });
      listeners.add(response);
      return () => listeners.delete(response);
    });
  }
  if (/^\/instances\/[^/]+\/log\/follow$/.test(path)) {
    return stream(request, response, (send) => {
      const lines = logLines('engine');
      lines.forEach(send);
      let number = lines.length;
      const timer = setInterval(() => send({ number: ++number, at: ago(0), text: `INFO request ${number} served`, error: false }), 700);
      return () => clearInterval(timer);
    });
  }
  const { handler, params } = match(request.method, path);
  const result = handler({ ...params, body, query: Object.fromEntries(url.searchParams), user, token });
  return json(response, result === undefined ? 204 : request.method === 'POST' && !/\/(plan|what-if|revert|stop|start|conformance|host-keys|resume)$/.test(path) ? 201 : 200, result);
}

function json(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(value === undefined ? undefined : JSON.stringify(value));
}

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' };
// The policy of the real controller, so that a screen that would break under it breaks here first.
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

async function file(response, path) {
  const wanted = join(webRoot, normalize(path));
  const name = extname(wanted) ? wanted : join(webRoot, 'index.html');
  try {
    const bytes = await readFile(name.startsWith(webRoot) ? name : join(webRoot, 'index.html'));
    response.writeHead(200, { 'content-type': types[extname(name)] ?? 'application/octet-stream', 'content-security-policy': policy });
    response.end(bytes);
  } catch (thrown) {
    response.writeHead(404, { 'content-type': 'text/plain' });
    response.end(`${thrown.code}: ${path}. Build the console first.`);
  }
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const work = url.pathname.startsWith('/api/v1/') ? answer(request, response, url) : file(response, url.pathname);
  work.catch((thrown) => {
    const { status = 500, code = 'internal', message, field } = thrown;
    if (!(thrown instanceof Refusal)) console.error(thrown);
    json(response, status, { error: { code, message, ...(field ? { field } : {}), requestId: randomUUID() } });
  });
});
server.listen(Number(options.port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => { clearInterval(beat); nodes.stop(); models.stop(); services.stop(); server.closeAllConnections(); server.close(); });
}
