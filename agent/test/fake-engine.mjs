// Stands in for an engine: the packaged llama.cpp server's flags, its health and two routes. Behaviour is scripted by
// the alias, because nothing else reaches a confined engine: "slow-load", "exit-3", "oom", "port-taken", "never-ready".
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    model: { type: 'string' }, host: { type: 'string' }, port: { type: 'string' }, 'api-key-file': { type: 'string' },
    alias: { type: 'string' }, 'ctx-size': { type: 'string' }, parallel: { type: 'string' }, threads: { type: 'string' },
  },
});
const key = readFileSync(values['api-key-file'], 'utf8').trim();
const model = readFileSync(values.model, 'utf8');
const script = values.alias;
const loadMs = script === 'slow-load' ? 1500 : 100;
const started = Date.now();
let open = 0;

console.log(`loading model ${values.model} (${model.length} bytes)`);
if (script === 'exit-3') {
  console.error('RuntimeError: unknown model architecture: \'martian\'');
  process.exit(3);
}
if (script === 'oom') {
  console.error('torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 GiB');
  process.exit(1);
}
if (script === 'port-taken') {
  console.error('OSError: [Errno 98] Address already in use');
  process.exit(1);
}

const server = createServer((request, response) => {
  if (request.url === '/health') return health(response);
  if (request.headers.authorization !== `Bearer ${key}`) return json(response, 401, { error: 'Unauthorized' });
  if (request.url === '/v1/models') return json(response, 200, { object: 'list', data: [{ id: values.alias, object: 'model' }] });
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => answer(request, response, body));
});
server.listen(Number(values.port), values.host, () => console.log('server is listening'));

function health(response) {
  const progress = Math.min(1, (Date.now() - started) / loadMs);
  const ready = script !== 'never-ready' && progress === 1;
  json(response, ready ? 200 : 503, ready ? { status: 'ok' } : { status: 'loading', progress: script === 'never-ready' ? 0 : progress });
}

// `{"forever": true}` streams until the client leaves; /tokenize tells how many streams are open.
function answer(request, response, body) {
  if (request.url === '/tokenize') return json(response, 200, { open, headers: request.headers });
  if (!JSON.parse(body || '{}').forever) return json(response, 200, { echo: body, pid: process.pid });
  open += 1;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let n = 0;
  const timer = setInterval(() => response.write(`data: ${++n}\n\n`), 10);
  response.once('close', () => {
    open -= 1;
    clearInterval(timer);
  });
}

function json(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
