#!/usr/bin/env node
// An OpenAI-shaped inference engine without a model: what it answers, how fast and how it fails is scripted.
// One file without dependencies, so that it runs as a process, and in an image that holds only Node.
// Flags, script keys and routes: README.md beside this file.
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const DEFAULT_SCRIPT = {
  loadMs: 200, loadSteps: 5, loadExitPercent: null, loadExitCode: 1, lastWords: [], loadAllocateMb: 0, loadHangPercent: null, loadLines: [], ansi: false, refuseFlags: [], ignoreTerm: false,
  health: 'ok', modelName: null, ttftMs: 5, tokensPerSecond: 400, tokens: 16, text: null, usage: true,
  fault: null, faultStatus: 500, faultAfterTokens: 3, faultTimes: null, chunkDelayMs: 0, rankBlind: false,
};
const WORDS = 'the quick brown fox jumps over a lazy dog while seven small engines hum along'.split(' ');
const SWITCHES = new Set(['--enable-prefix-caching', '--trust-remote-code', '--jinja', '--metrics', '--embeddings', '--enable-metrics', '--headless', '--enforce-eager', '--no-webui', '--offline']);

const options = parseArguments(process.argv.slice(2));
const style = options['alias'] === undefined && options['served-model-name'] !== undefined ? 'vllm' : 'llama';
const model = options['alias'] ?? options['served-model-name'] ?? options['model'] ?? 'fake';
const keyFile = options['api-key-file'] ?? options['secret'];
const apiKey = keyFile === undefined ? (options['api-key'] ?? process.env['VLLM_API_KEY']) : readFileSync(keyFile, 'utf8').trim();
const paths = process.argv[1].endsWith('/own/server') ? { health: '/status/live', metrics: '/status/numbers' } : { health: '/health', metrics: '/metrics' };
const slots = Number(options['parallel'] ?? options['max-num-seqs'] ?? 256);
const startedAt = Date.now();
const state = { loaded: false, progress: 0, running: 0, waiting: 0, requests: 0, aborted: 0, faults: 0, promptTokens: 0, generatedTokens: 0, ttftSeconds: 0 };
const queue = [];
const ballast = [];
let overrides = {};

await main();

async function main() {
  const refused = script().refuseFlags.filter((flag) => process.argv.includes(flag));
  if (refused.length > 0) fail(2, `error: unrecognized arguments: ${refused.join(' ')}`);
  const server = createServer((request, response) => {
    route(request, response).catch((error) => {
      if (!response.headersSent) sendError(response, 500, String(error?.message ?? error), 'internal_error');
      else response.destroy();
    });
  });
  server.on('error', (error) => fail(1, error.code === 'EADDRINUSE' ? 'OSError: [Errno 98] Address already in use' : String(error)));
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => script().ignoreTerm || stop(server));
  if (rank() > 0) return work();
  // llama.cpp answers /health while it loads; vLLM refuses connections until it is ready.
  if (style === 'llama') await listen(server);
  await load();
  if (rank() === 0) await gatherRanks();
  if (style === 'vllm') await listen(server);
  state.loaded = true;
  log('APIServer', `Starting vLLM server on http://${host()}:${port()}`);
  log('APIServer', 'Application startup complete.');
}

/** A rank above 0: no HTTP, one connection to the head, over when that is. */
async function work() {
  log('EngineCore', `Launching vLLM (v0.0.0-fake) headless multiproc executor, with head node address ${rendezvous().host}:${rendezvous().port} for torch.distributed process group.`);
  await load();
  for (;;) {
    const socket = connect(rendezvous());
    const joined = await new Promise((resolve) => { socket.once('connect', () => resolve(true)); socket.once('error', () => resolve(false)); });
    if (joined) {
      socket.write(`${rank()}\n`);
      log('Worker', `world_size=${options['nnodes']} rank=${rank()} local_rank=0 distributed_init_method=tcp://${rendezvous().host}:${rendezvous().port} backend=nccl`);
      return watchRank(socket, 0);
    }
    await sleep(100);
  }
}

/** The head serves only when every other rank has come. */
function gatherRanks() {
  const missing = new Set(Array.from({ length: Number(options['nnodes']) - 1 }, (_, index) => index + 1));
  return new Promise((resolve) => {
    const meeting = createTcpServer((socket) => {
      socket.once('data', (text) => {
        missing.delete(Number(String(text).trim()));
        watchRank(socket, Number(String(text).trim()));
        if (missing.size === 0) resolve();
      });
    });
    meeting.on('error', (error) => fail(1, `torch.distributed.DistNetworkError: The server socket has failed to listen on any local network address: ${error.message}`));
    meeting.listen(rendezvous());
  });
}

/** Ranks mostly notice that another one is gone; blind ones hang on, as real ones do in a collective call. */
function watchRank(socket, other) {
  socket.on('error', () => undefined);
  socket.on('close', () => script().rankBlind || fail(1, `RuntimeError: NCCL error: remote process exited or there was a network error (rank ${other})`));
}

function rank() { return options['nnodes'] === undefined ? undefined : Number(options['node-rank']); }
function rendezvous() { return { host: options['master-addr'], port: Number(options['master-port']) }; }

/** Goes through the stages of a real start, in the words vLLM uses for them. */
async function load() {
  log('APIServer', 'vLLM server version 0.0.0-fake');
  log('APIServer', 'Resolved architecture: FakeForCausalLM');
  log('APIServer', `Using max model len ${options['ctx-size'] ?? options['max-model-len'] ?? 4096}`);
  log('EngineCore', 'Initializing a V1 LLM engine (v0.0.0-fake)');
  log('EngineCore', `Starting to load model ${options['model']}...`);
  const begun = performance.now();
  const { loadMs, loadSteps } = script();
  for (let step = 0; step <= loadSteps; step++) {
    const { ansi, loadExitPercent, loadExitCode, loadHangPercent, lastWords } = script();
    const percent = Math.round((step / loadSteps) * 100);
    state.progress = percent / 100;
    const bar = `Loading safetensors checkpoint shards: ${String(percent).padStart(3)}% Completed | ${step}/${loadSteps} [00:00<00:00]`;
    process.stderr.write(ansi ? `\r\u001b[32m${bar}\u001b[0m\u001b[K\u001b]0;title\u0007\n` : `${bar}\n`);
    if (loadExitPercent !== null && percent >= loadExitPercent) exitWhileLoading(loadExitCode, lastWords);
    if (loadHangPercent !== null && percent >= loadHangPercent) await new Promise(() => setInterval(() => undefined, 60_000));
    if (step < loadSteps) await sleep(loadMs / loadSteps);
  }
  await allocate(script().loadAllocateMb);
  const seconds = ((performance.now() - begun) / 1000).toFixed(2);
  for (const line of script().loadLines) process.stdout.write(`${line}\n`);
  log('EngineCore', `Loading weights took ${seconds} seconds`);
  log('EngineCore', `Model loading took 0.01 GiB memory and ${seconds} seconds`);
  log('EngineCore', 'GPU KV cache size: 65,536 tokens, Maximum concurrency for 4,096 tokens per request: 16.00x');
  log('EngineCore', `init engine (profile, create kv cache, warmup model) took ${seconds} s`);
}

/** Takes memory bit by bit and keeps it. */
async function allocate(megabytes) {
  for (let taken = 0; taken < megabytes; taken += 4) {
    ballast.push(Buffer.alloc(4 * 1024 * 1024, taken + 1));
    await sleep(20);
  }
}

function exitWhileLoading(code, lastWords) {
  for (const line of lastWords) process.stderr.write(`${line}\n`);
  if (code === 137) process.kill(process.pid, 'SIGKILL'); // what the kernel's out-of-memory killer does: no last words
  fail(code, 'RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}');
}

async function route(request, response) {
  const path = new URL(request.url, 'http://engine').pathname;
  if (path.startsWith('/fake/')) return control(path, request, response);
  if (path === paths.health) return health(response);
  if (path === paths.metrics) return sendText(response, 200, metrics());
  if (!path.startsWith('/v1/')) return sendError(response, 404, 'Not Found', 'not_found');
  if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) return sendError(response, 401, 'Unauthorized', 'authentication_error');
  if (!state.loaded) return sendError(response, 503, 'Loading model', 'unavailable_error');
  if (path === '/v1/models') return sendJson(response, 200, { object: 'list', data: [{ id: servedName(), object: 'model', created: Math.floor(startedAt / 1000), owned_by: 'fake', root: options['model'], max_model_len: 4096 }] });
  const answer = { '/v1/chat/completions': generate, '/v1/completions': generate, '/v1/embeddings': embed }[path];
  if (request.method !== 'POST' || answer === undefined) return sendError(response, 404, 'Not Found', 'not_found');
  let body;
  try {
    body = JSON.parse(await readBody(request));
  } catch {
    return sendError(response, 400, 'The request body is not valid JSON', 'invalid_request_error');
  }
  if (body.model !== undefined && body.model !== servedName()) return sendError(response, 404, `The model \`${body.model}\` does not exist.`, 'NotFoundError');
  // What the platform tries by itself gets no scripted fault and is not counted: tests script what users meet.
  if (request.headers['x-openstation-check'] !== undefined) return answer(path === '/v1/chat/completions', body, response, true);
  state.requests += 1;
  response.once('close', () => { if (!response.writableEnded && !response.cutByScript) state.aborted += 1; });
  await takeSlot();
  try {
    await answer(path === '/v1/chat/completions', body, response);
  } finally {
    releaseSlot();
  }
}

async function generate(isChat, body, response, isCheck = false) {
  const plan = isCheck ? { ...script(), fault: null, ttftMs: 0, chunkDelayMs: 0, tokensPerSecond: 1000 } : script();
  const fault = takeFault(plan);
  if (fault === 'status') return sendError(response, plan.faultStatus, 'scripted failure', 'internal_error');
  if (fault === 'hang') return await gone(response);
  if (fault === 'reset') return cut(response);
  const words = plan.text === null ? Array.from({ length: plan.tokens }, (_, i) => `${i === 0 ? '' : ' '}${WORDS[i % WORDS.length]}`) : plan.text.split(/(?<=\s)/);
  const limit = body.max_completion_tokens ?? body.max_tokens ?? Infinity;
  const total = fault === 'endless' ? Infinity : Math.min(words.length, limit);
  const promptTokens = Math.max(1, JSON.stringify(body.messages ?? body.prompt ?? '').split(/\s+/).length);
  const envelope = { id: `${isChat ? 'chatcmpl' : 'cmpl'}-fake-${state.requests}`, object: isChat ? 'chat.completion' : 'text_completion', created: Math.floor(Date.now() / 1000), model: servedName() };
  let sent = 0;
  const usage = () => ({ prompt_tokens: promptTokens, completion_tokens: sent, total_tokens: promptTokens + sent });
  const pace = Math.max(1000 / plan.tokensPerSecond, plan.chunkDelayMs);
  if (!isCheck) state.promptTokens += promptTokens;
  await pause(plan.ttftMs, response);
  state.ttftSeconds += plan.ttftMs / 1000;

  if (body.stream !== true) {
    sent = total === Infinity ? words.length : total;
    await pause(pace * sent, response);
    if (response.destroyed) return;
    if (!isCheck) state.generatedTokens += sent;
    const text = words.slice(0, sent).join('');
    const payload = JSON.stringify({ ...envelope, choices: [{ index: 0, ...(isChat ? { message: { role: 'assistant', content: text } } : { text }), logprobs: null, finish_reason: sent < words.length ? 'length' : 'stop' }], ...(plan.usage ? { usage: usage() } : {}) });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) });
    if (fault !== 'truncate') return void response.end(payload);
    response.write(payload.slice(0, payload.length / 2), () => cut(response));
    return;
  }

  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  const chunk = (choices, extra = {}) => response.write(`data: ${JSON.stringify({ ...envelope, object: isChat ? 'chat.completion.chunk' : 'text_completion', choices, ...extra })}\n\n`);
  const choice = (text, finish = null) => [{ index: 0, ...(isChat ? { delta: text === null ? {} : { content: text } } : { text: text ?? '' }), logprobs: null, finish_reason: finish }];
  if (isChat) chunk([{ index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }]);
  while (sent < total && !response.destroyed) {
    if (fault === 'truncate' && sent >= plan.faultAfterTokens) return cut(response);
    if (fault === 'stall' && sent >= plan.faultAfterTokens) return await gone(response);
    chunk(choice(words[sent % words.length]));
    sent += 1;
    if (!isCheck) state.generatedTokens += 1;
    if (response.writableNeedDrain) await Promise.race([new Promise((resolve) => response.once('drain', resolve)), gone(response)]);
    await pause(pace, response);
  }
  if (response.destroyed) return;
  chunk(choice(null, total < words.length ? 'length' : 'stop'));
  if (plan.usage && body.stream_options?.include_usage === true) chunk([], { usage: usage() });
  response.end('data: [DONE]\n\n');
}

async function embed(_isChat, body, response) {
  const inputs = Array.isArray(body.input) ? body.input : [body.input ?? ''];
  const data = inputs.map((input, index) => {
    const vector = Float32Array.from({ length: 8 }, (_, i) => Math.sin([...String(input)].reduce((sum, letter) => sum + letter.codePointAt(0), i + 1)));
    return { object: 'embedding', index, embedding: body.encoding_format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector] };
  });
  sendJson(response, 200, { object: 'list', model: servedName(), data, usage: { prompt_tokens: inputs.length, total_tokens: inputs.length } });
}

function health(response) {
  if (!state.loaded) return sendJson(response, 503, { status: 'loading', progress: state.progress });
  const { health: wish } = script();
  if (wish === 'hang') return;
  sendJson(response, wish === 'ok' ? 200 : 503, { status: wish === 'ok' ? 'ok' : 'error' });
}

/** Watching and steering one running engine: only for whoever sits on the same machine. */
async function control(path, request, response) {
  if (!/^(::1|(::ffff:)?127\.)/.test(request.socket.remoteAddress ?? '')) return sendError(response, 403, 'only from loopback', 'forbidden');
  if (path === '/fake/state') return sendJson(response, 200, { pid: process.pid, startedAt, model: servedName(), argv: process.argv.slice(2), ...state });
  if (path !== '/fake/script') return sendError(response, 404, 'Not Found', 'not_found');
  if (request.method === 'PUT') overrides = checked(JSON.parse(await readBody(request)), 'PUT /fake/script');
  sendJson(response, 200, script());
}

function metrics() {
  const label = `{engine="0",model_name="${servedName()}"}`;
  const lines = [
    ['num_requests_running', 'gauge', state.running], ['num_requests_waiting', 'gauge', state.waiting], ['kv_cache_usage_perc', 'gauge', Math.min(1, state.running / slots)],
    ['prompt_tokens_total', 'counter', state.promptTokens], ['generation_tokens_total', 'counter', state.generatedTokens], ['request_success_total', 'counter', state.requests - state.faults],
  ].map(([name, type, value]) => `# TYPE vllm:${name} ${type}\nvllm:${name}${label} ${value}\n`);
  const ttft = `# TYPE vllm:time_to_first_token_seconds histogram\nvllm:time_to_first_token_seconds_bucket{engine="0",le="+Inf",model_name="${servedName()}"} ${state.requests}\nvllm:time_to_first_token_seconds_sum${label} ${state.ttftSeconds}\nvllm:time_to_first_token_seconds_count${label} ${state.requests}\n`;
  return lines.join('') + ttft;
}

/** Defaults, then FAKE_ENGINE_SCRIPT, then the control file (read again each time), then what PUT /fake/script said. */
function script() {
  const inline = process.env['FAKE_ENGINE_SCRIPT'];
  const file = options['control'] ?? process.env['FAKE_ENGINE_CONTROL'];
  const fromFile = file !== undefined && statSync(file, { throwIfNoEntry: false }) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const { models = {}, ...everyModel } = fromFile;
  return { ...DEFAULT_SCRIPT, ...(inline ? checked(JSON.parse(inline), 'FAKE_ENGINE_SCRIPT') : {}), ...checked(everyModel, file), ...checked(models[model] ?? {}, file), ...overrides };
}

function checked(part, source) {
  const wrong = Object.keys(part).filter((key) => !(key in DEFAULT_SCRIPT));
  if (wrong.length > 0) throw new Error(`${source}: unknown script key ${wrong.join(', ')}; known are ${Object.keys(DEFAULT_SCRIPT).join(', ')}`);
  return part;
}

function takeFault(plan) {
  if (plan.fault === null || (plan.faultTimes !== null && state.faults >= plan.faultTimes)) return null;
  state.faults += 1;
  return plan.fault;
}

function parseArguments(args) {
  const parsed = {};
  for (let i = 0; i < args.length; i++) {
    const [flag, inline] = args[i].split(/=(.*)/s);
    if (!flag.startsWith('--')) { if (flag !== 'serve') parsed['model'] ??= flag; } // `vllm serve MODEL`
    else parsed[flag.slice(2)] = inline ?? (SWITCHES.has(flag) || args[i + 1] === undefined || args[i + 1].startsWith('--') ? 'true' : args[++i]);
  }
  return parsed;
}

function listen(server) {
  return new Promise((resolve) => server.listen(port(), host(), resolve));
}

async function takeSlot() {
  if (state.running < slots) return void (state.running += 1);
  state.waiting += 1;
  await new Promise((resolve) => queue.push(resolve)); // the slot itself is handed over
  state.waiting -= 1;
}

function releaseSlot() {
  const next = queue.shift();
  if (next === undefined) state.running -= 1;
  else next();
}

async function readBody(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** Waits, but not for a client that has left. */
async function pause(ms, response) {
  const left = new AbortController();
  const abort = () => left.abort();
  response.once('close', abort);
  await sleep(ms, undefined, { signal: left.signal }).catch(() => undefined);
  response.off('close', abort);
}

function cut(response) { response.cutByScript = true; response.destroy(); }
function gone(response) { return new Promise((resolve) => (response.destroyed ? resolve() : response.once('close', resolve))); }
function stop(server) { log('APIServer', 'Shutting down'); server.close(() => process.exit(0)); server.closeAllConnections(); }
function fail(code, message) { process.stderr.write(`${message}\n`); process.exit(code); }
function log(who, text) { process.stdout.write(`(${who} pid=${process.pid}) INFO ${new Date().toISOString().slice(5, 19).replace('T', ' ')} [fake.py:1] ${text}\n`); }
function servedName() { return script().modelName ?? model; }
function host() { return options['host'] ?? options['listen']?.replace(/:\d+$/, '') ?? '127.0.0.1'; }
function port() { return Number(options['port'] ?? options['listen']?.split(':').at(-1) ?? 8000); }
function sendJson(response, status, body) { response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)); }
function sendText(response, status, text) { response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text); }
function sendError(response, status, message, type) { sendJson(response, status, { error: { message, type, param: null, code: status } }); }
