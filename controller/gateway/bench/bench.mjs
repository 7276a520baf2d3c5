// node bench/bench.mjs [seconds]: CPU of the built gateway beside a plain pipe proxy, same run, same upstream.
import { apiKeyDigest, newApiKey, KeyState, RouteTable } from '@openstation/proto';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authority } from './authority.mjs';

const seconds = Number(process.argv[2] ?? 4);
const here = import.meta.dirname;
const directory = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
const children = [];
const key = newApiKey();

try {
  const root = await authority('bench');
  const node = await root.issue('agent/n1');
  const gateway = await root.issue('gateway/g1');
  const upstreamPort = await forked('upstream.mjs', { ...node, ca: root.pem });
  const proxies = {
    pipe: await forked('pipe-proxy.mjs', { ...gateway, ca: root.pem, port: upstreamPort }),
    gateway: await startGateway(root, gateway, upstreamPort),
  };
  for (const [load, body, connections] of [['1 KB answers', { model: 'm', messages: [{ role: 'user', content: 'x'.repeat(200) }] }, 32], ['64-event streams', { model: 'm', stream: true, messages: [] }, 32]]) {
    await compare(load, JSON.stringify(body), connections, proxies);
  }
  console.log(`gateway RSS after: ${Math.round(rss(proxies.gateway.pid))} MiB`);
} finally {
  for (const child of children) child.kill('SIGTERM');
  rmSync(directory, { recursive: true, force: true });
}

async function compare(load, body, connections, proxies) {
  const runs = { pipe: [], gateway: [] };
  await measure(proxies.pipe, body, connections, 1);
  await measure(proxies.gateway, body, connections, 1);
  for (let round = 0; round < 3; round++) for (const name of ['pipe', 'gateway']) runs[name].push(await measure(proxies[name], body, connections, seconds));
  const median = (name) => runs[name].toSorted((a, b) => a.cpu - b.cpu)[1];
  const [pipe, own] = [median('pipe'), median('gateway')];
  console.log(`${load}, ${connections} connections: gateway ${own.cpu.toFixed(0)} us CPU per request (${own.rate.toFixed(0)}/s), pipe proxy ${pipe.cpu.toFixed(0)} us (${pipe.rate.toFixed(0)}/s), ratio ${(own.cpu / pipe.cpu).toFixed(2)}`);
}

async function measure(proxy, body, connections, duration) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const end = performance.now() + duration * 1000;
  const before = cpu(proxy.pid);
  let done = 0;
  const worker = async () => {
    while (performance.now() < end) {
      await post(agent, proxy.port, body);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return { cpu: ((cpu(proxy.pid) - before) * 1e6) / done, rate: done / duration };
}

function post(agent, port, body) {
  return new Promise((resolve, reject) => {
    const call = request({ agent, host: '127.0.0.1', port, method: 'POST', path: '/v1/chat/completions', headers: { authorization: `Bearer ${key.text}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`status ${answer.statusCode}`));
      answer.on('end', resolve).on('error', reject).resume();
    });
    call.on('error', reject).end(body);
  });
}

async function forked(script, settings) {
  const file = join(directory, `${script}.json`);
  writeFileSync(file, JSON.stringify(settings), { mode: 0o600 });
  const child = fork(join(here, script), [file]);
  children.push(child);
  const [{ port }] = await once(child, 'message');
  return script === 'upstream.mjs' ? port : { port, pid: child.pid };
}

/** From disk alone: identity and route table as an earlier run would have left them. */
async function startGateway(root, own, upstreamPort) {
  const data = join(directory, 'data');
  writeGatewayFiles(data, root, own, upstreamPort);
  const child = spawn(process.execPath, [join(here, '../dist/main.js')], {
    env: { ...process.env, OPENSTATION_GATEWAY_DATA_DIR: data, OPENSTATION_GATEWAY_HOST: '127.0.0.1', OPENSTATION_GATEWAY_PORT: '0', OPENSTATION_CONTROL_ADDRESS: '127.0.0.1:1', OPENSTATION_LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let log = '';
  for await (const chunk of child.stdout) {
    log += chunk;
    const port = /"port":(\d+)/.exec(log)?.[1];
    if (port) {
      child.stdout.resume();
      return { port: Number(port), pid: child.pid };
    }
  }
  throw new Error(`the gateway did not start: ${log}`);
}

function writeGatewayFiles(data, root, own, port) {
  const pepper = Buffer.alloc(32, 1);
  const table = {
    version: 1,
    clusterId: 'bench',
    routes: [{ model: 'm', serviceId: 's', createdAtMs: 0, targets: [{ instanceId: 'i', nodeId: 'n1', nodeName: 'n1', address: '127.0.0.1', port, engineModel: '' }] }],
    keys: [{ keyId: key.id, digest: apiKeyDigest(pepper, key.text), state: KeyState.ACTIVE, userId: 'u', userName: 'u', expiresAtMs: 0, models: [] }],
    keyPepper: pepper,
  };
  const member = { memberId: 'g1', clusterId: 'bench', name: 'g1', sessionAddress: '127.0.0.1:1', privateKeyPem: own.key, certificateChainPem: own.cert, dataCertificateChainPem: '', authorityPem: root.pem };
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(join(data, 'member.json'), JSON.stringify(member), { mode: 0o600 });
  writeFileSync(join(data, 'route-table.bin'), RouteTable.encode(table).finish(), { mode: 0o600 });
}

/** Seconds of user and system time of a process with all its threads. */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function rss(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}
