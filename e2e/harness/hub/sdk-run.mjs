import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { digestsOf } from './content.ts';
import { HubServer } from './hub-server.ts';
import { sdkRepository } from './sdk-repository.ts';

/**
 * Runs the hubs' own Python clients, unchanged, against the emulator and writes down what they asked and what came:
 *   node e2e/harness/hub/sdk-run.mjs <python with the packages modelscope and huggingface_hub>
 * Not part of CI; `hub-server.spec.ts` replays the transcript.
 */
const python = process.argv[2];
if (python === undefined) {
  console.error('usage: node e2e/harness/hub/sdk-run.mjs <python>');
  process.exit(64);
}
const directory = mkdtempSync(join(tmpdir(), 'openstation-sdk-'));
const hub = await HubServer.start();
hub.contentHost = 'localhost';
hub.repositories.put(sdkRepository);
const endpoint = `http://127.0.0.1:${hub.port}`;
const clients = [
  { name: 'huggingface_hub', env: { HF_ENDPOINT: endpoint, HF_HOME: join(directory, 'hf-home'), HF_HUB_DISABLE_XET: '1', HF_HUB_DISABLE_TELEMETRY: '1' } },
  { name: 'modelscope', env: { MODELSCOPE_ENDPOINT: endpoint, MODELSCOPE_CACHE: join(directory, 'ms-cache') } },
];
const transcript = [];
for (const { name, env } of clients) {
  hub.seen = [];
  const target = join(directory, name);
  const { stdout } = await promisify(execFile)(python, ['-c', `import ${name}\nfrom ${name} import snapshot_download\nsnapshot_download('${sdkRepository.id}', local_dir='${target}')\nprint(${name}.__version__)`], { env: { PATH: process.env.PATH, HOME: directory, ...env }, timeout: 60_000 });
  const version = stdout.trim().split('\n').pop();
  for (const file of sdkRepository.files) {
    const found = createHash('sha256').update(readFileSync(join(target, file.path))).digest('hex');
    if (found !== digestsOf(file).sha256) throw new Error(`${name} got other bytes of ${file.path}`);
  }
  const exchanges = [];
  for (const { method, path, range } of [...hub.seen].sort((a, b) => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1))) {
    const answer = await fetch(`${endpoint}${path}`, { method, redirect: 'manual', headers: range === null ? {} : { range } });
    await answer.arrayBuffer();
    exchanges.push({ method, path, range, status: answer.status, length: answer.headers.get('content-length'), type: answer.headers.get('content-type') });
  }
  transcript.push({ client: name, version, exchanges });
  console.log(`${name} ${version}: ${exchanges.length} requests, all files right`);
}
writeFileSync(join(import.meta.dirname, 'sdk-transcript.json'), `${JSON.stringify(transcript, null, 1)}\n`);
rmSync(directory, { recursive: true });
await hub.stop();
