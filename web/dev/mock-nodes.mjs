// The node routes of the stand-in: adding over SSH, joining, draining, upgrades, removal, all with their failures.
import { randomBytes } from 'node:crypto';
import { ago, node as aNode, operation as anOperation, gpu as aGpu } from './mock-data.mjs';

const fingerprint = (seed) => `SHA256:${Buffer.from(seed.padEnd(32, '.')).toString('base64').slice(0, 43)}`;
const steps = ['connect', 'preflight', 'container-engine', 'gpu', 'agent', 'heartbeat', 'probe-container'];

const row = (id, result, measured, wanted, advice = '', fix = null) => ({ id, result, measured, wanted, advice, fix });
const fix = (id, command, extra = {}) => ({ id, command, dangerous: false, warning: '', automatic: false, ...extra });

/** The report of a server; its address chooses how bad it is. */
function report(host) {
  const bad = /\.(45|51)$/.test(host);
  return [
    row('reach-server', 'pass', '1.4 ms', 'an answer within 5 s'), row('reach-controller', 'pass', '10.20.0.10:32206, :30200, :30201 open', '3 ports of the controller'),
    row('os', 'pass', 'Ubuntu 22.04.2 LTS', 'Ubuntu 18.04 or later, Debian 11 or later, CentOS 7'), row('kernel', 'pass', '5.15.0-91-generic', '4.15 or later'), row('libc', 'pass', 'glibc 2.35', 'glibc 2.28 or later'),
    row('arch', 'pass', 'x86_64', 'x86_64 or aarch64'), row('root', 'pass', 'root', 'root, or sudo'), row('memory', 'pass', '251.6 GB', '8 GB or more'),
    bad ? row('disk-docker', 'fail', '11 GB free on /var/lib/docker', '60 GB free', 'Free space or move the Docker directory to a larger disk.', fix('docker-prune', 'docker system prune --all --force --volumes', { dangerous: true, warning: 'Deletes all stopped containers, unused images and volumes of this server, also those that are not ours.' })) : row('disk-docker', 'pass', '412 GB free on /var/lib/docker', '60 GB free'),
    row('disk-models', 'pass', '3.1 TB free on /var/lib/openstation', '100 GB free'),
    bad ? row('clock', 'fail', '4 min 12 s behind the controller', 'at most 60 s apart', 'Set the clock; certificates are judged by it.', fix('set-clock', 'timedatectl set-ntp true && systemctl restart systemd-timesyncd')) : row('clock', 'pass', '0.2 s apart', 'at most 60 s apart'),
    row('ports', 'pass', '30210 and 41000–41999 free', 'free'), row('interfaces', 'warn', 'enp1s0f1 is down', 'all interfaces with an address up', 'Nothing to do unless instances of several nodes shall use it.'),
    row('container-engine', 'warn', 'not installed', 'Docker 24 or later', 'It is installed when the job goes on.', fix('install-docker', 'apt-get install -y docker-ce docker-ce-cli containerd.io', { automatic: true })),
    bad ? row('gpu-driver', 'warn', 'NVIDIA 470.82.01', '550 or later', 'Engines of today need a newer driver.', fix('gpu-driver', 'apt-get install -y nvidia-driver-550-server && modprobe -r nvidia && modprobe nvidia', { dangerous: true, warning: 'Ends every process that uses a GPU of this server. A reboot may be needed.' })) : row('gpu-driver', 'pass', 'NVIDIA 550.144.03', '550 or later'),
    row('gpu-toolkit', 'warn', 'not installed', 'nvidia-container-toolkit 1.14 or later', 'It is installed when the job goes on.', fix('install-toolkit', 'apt-get install -y nvidia-container-toolkit', { automatic: true })),
    row('leftovers', 'skipped', '', 'no agent of another cluster'), row('machine-identity', 'pass', '7f3c…e1', 'not the identity of another node'),
  ];
}

export function nodeRoutes({ data, publish, refuse, one, overview }) {
  const bootstraps = new Map();
  const timers = new Set();
  const after = (ms, act) => { const timer = setTimeout(() => { timers.delete(timer); act(); }, ms); timers.add(timer); };
  const find = (id) => one(data.nodes, id);
  const changed = (node) => { publish('nodes', 'changed', node.id, node); return node; };
  const moved = (job) => {
    publish('operations', 'changed', job.id, job);
    const node = data.nodes.find(({ operation }) => operation?.id === job.id);
    if (node) changed(node);
    return job;
  };
  const begin = (kind, node, title, more) => { const job = anOperation(kind, node?.id ?? 'cluster', title, { startedMinutesAgo: 0, ...more }); data.operations.unshift(job); if (node) node.operation = job; moved(job); return job; };
  const step = (job, id, state, message = '') => {
    const found = job.steps.find((each) => each.id === id);
    if (!found) return;
    Object.assign(found, { state, message, ...(state === 'running' ? { startedAt: ago(0), finishedAt: null } : { startedAt: state === 'skipped' ? null : (found.startedAt ?? ago(0)), finishedAt: ago(0) }) });
    if (state === 'running') job.phase = id;
  };
  const end = (job, state, more = {}) => moved(Object.assign(job, { state, finishedAt: ago(0), can: [], transfer: null, ...(state === 'succeeded' ? { percent: 100, phase: 'joined' } : {}), ...more }));

  const strapOf = (id) => {
    const node = find(id);
    if (!bootstraps.has(id) && node.operation?.kind === 'add-node') bootstraps.set(id, { nodeId: id, host: node.address, port: 22, user: 'root', type: node.type, hostKey: fingerprint(node.address), operation: node.operation, preflight: { at: ago(1), rows: report(node.address) }, hasCredential: node.name !== 'node-edge-4' });
    return bootstraps.get(id) ?? refuse(404, 'not-found', 'This node was not added over SSH');
  };

  /** Runs the steps that are left, one a while; the address decides what fails. */
  function run(strap, credential) {
    const { operation: job, host } = strap;
    if (job.state !== 'running') return;
    const next = job.steps.find(({ state }) => state === 'pending' || state === 'failed');
    const node = data.nodes.find(({ id }) => id === strap.nodeId);
    if (!next || !node) {
      Object.assign(node ?? {}, { ...aNode(node?.name ?? '', host, { gpus: strap.type === 'gpu' ? [aGpu(0, 'NVIDIA A100-PCIE-40GB', 40, 0), aGpu(1, 'NVIDIA A100-PCIE-40GB', 40, 0)] : [] }), id: strap.nodeId, operation: job, createdAt: ago(2) });
      publish('overview', 'changed', '', overview());
      return end(job, 'succeeded');
    }
    step(job, next.id, 'running');
    job.percent = Math.round((job.steps.indexOf(next) / job.steps.length) * 100);
    moved(job);
    after(2200, () => {
      const failure = next.id === 'connect' && credential?.password === 'wrong' ? ['wrong-credentials', 'The server refused the password of root'] : next.id === 'gpu' && host.endsWith('.52') && job.attempt === 1 ? ['step-failed', 'nvidia-container-toolkit could not be installed: apt-get ended with 100: Unable to fetch some archives'] : null;
      if (job.state !== 'running') return;
      if (failure) {
        step(job, next.id, 'failed', failure[1]);
        strap.hasCredential = false;
        return end(job, 'failed', { failure: failure[1], failureCode: failure[0], can: ['retry', 'give-up'] });
      }
      if (next.id === 'preflight') {
        strap.preflight = { at: ago(0), rows: report(strap.fixed ? '10.20.0.1' : host) };
        const failing = strap.preflight.rows.some(({ result }) => result === 'fail');
        step(job, 'preflight', 'succeeded', failing ? '2 checks failed' : '14 of 18 checks passed');
        if (failing || strap.review === 'always') { return moved(Object.assign(job, { state: 'waiting', can: ['continue', 'give-up'] })); }
      } else step(job, next.id, next.id === 'gpu' && strap.type === 'cpu' ? 'skipped' : 'succeeded', next.id === 'container-engine' ? 'Docker 28.2.2' : '');
      moved(job);
      run(strap, credential);
    });
  }

  function joinLater(nodeName) {
    after(9000, () => {
      const node = aNode(nodeName ?? `gpu-new-${data.nodes.length}`, '10.20.0.77', { gpus: [aGpu(0, 'NVIDIA L4', 24, 0)] });
      data.nodes.unshift(node);
      changed(node);
    });
  }

  function history(node, { minutes = '60', points = '240' }) {
    const [span, count] = [Number(minutes), Math.min(Number(points), Number(minutes) * 4)];
    const stepSeconds = Math.max(15, Math.round((span * 60) / count));
    const at = Array.from({ length: count }, (_, index) => new Date(Date.now() - (count - index) * stepSeconds * 1000).toISOString());
    // A gap in the middle, and silence since the node is unreachable.
    const silent = (index) => (index > count * 0.42 && index < count * 0.5) || (node.state === 'unreachable' && index > count * 0.76);
    const series = (metric, centre, swing, gpuUuid = null) => {
      const values = at.map((_, index) => (silent(index) ? null : Math.max(0, centre + swing * Math.sin(index / 9 + centre) + swing * 0.4 * (Math.random() - 0.5))));
      return { metric, gpuUuid, values, max: values.map((value) => (value === null ? null : value * 1.12)) };
    };
    const total = node.inventory?.memoryBytes ?? 1e11;
    return {
      stepSeconds, at,
      series: [
        series('cpu', 0.4, 0.2), series('load1', 9, 4), series('memory', total * 0.41, total * 0.04), series('disk', (node.inventory?.diskBytes ?? 1e12) * 0.4, 1e9), series('disk-read', 2e8, 1.5e8), series('disk-write', 4e7, 3e7),
        series('network-rx', 3e8, 2e8), series('network-tx', 9e7, 6e7),
        ...node.gpus.flatMap((gpu) => [series('gpu-memory', gpu.memoryUsedBytes ?? 0, 5e8, gpu.uuid), series('gpu-utilisation', 0.1 + (gpu.memoryUsedBytes ?? 0) / gpu.memoryBytes * 0.7, 0.2, gpu.uuid), series('gpu-temperature', 60, 8, gpu.uuid), series('gpu-power', 210, 50, gpu.uuid)]),
      ],
    };
  }

  const events = (node) => [
    ['warning', 'gpu', 'gpu-quarantined', `GPU 3 was quarantined: Xid 79`, { gpu: 3, xid: 79 }], ['info', 'state', 'healthy', 'The node is healthy again after 48 s', { silentSeconds: 48 }], ['warning', 'state', 'suspect', 'No heartbeat for 12 s', { silentSeconds: 12 }],
    ['info', 'session', 'opened', 'Session 14 from ' + node.address, { number: 14, agentVersion: '0.1.0' }], ['error', 'disk', 'disk-low', '/var/lib/openstation has 4 % left', { mount: '/var/lib/openstation', freeBytes: 21e9 }],
    ['info', 'availability', 'maintenance', 'admin: memory is being exchanged', {}], ['info', 'identity', 'renewed', 'The certificate was renewed', { expiresInDays: 90 }], ['info', 'operation', 'added', 'Added over SSH by admin', {}],
  ].concat(Array.from({ length: 60 }, (_, index) => ['info', 'session', index % 2 ? 'opened' : 'closed', `Session ${13 - (index >> 1)} ${index % 2 ? 'opened' : 'ended: connection reset'}`, {}])).map(([severity, kind, code, message, details], index) => ({ id: `${node.id}-e${index}`, at: ago(3 + index * 47), severity, kind, code, message, details }));
  const sessions = (node) => Array.from({ length: 14 }, (_, index) => ({ id: String(14 - index), number: 14 - index, openedAt: ago(120 + index * 1440), closedAt: index === 0 && node.state !== 'unreachable' ? null : ago(index * 1440), agentVersion: '0.1.0', address: node.address, reason: index === 0 ? '' : ['connection reset', 'agent restarted', 'controller restarted'][index % 3] }));
  const page = (items, { limit = '50', before }, cursor = (item) => item.id) => {
    const from = before ? items.findIndex((item) => cursor(item) === before) + 1 : 0;
    const part = items.slice(from, from + Number(limit));
    return { items: part, next: from + part.length < items.length ? cursor(part.at(-1)) : null };
  };
  const instancesOn = (id) => data.services.flatMap((service) => service.instances.filter(({ nodeId }) => nodeId === id).map((instance) => ({ service, instance })));
  const available = (node, availability, reason = '') => changed(Object.assign(node, { availability, availabilityReason: reason, availabilitySince: availability === 'active' ? null : ago(0) }));
  const gpuOf = (node, uuid) => node.gpus.find((gpu) => gpu.uuid === uuid) ?? refuse(404, 'not-found', 'There is no such GPU on this node');

  const routes = {
    'POST /nodes/host-keys': ({ body: { host, port = 22 } }) => {
      if (host.endsWith('.99')) refuse(503, 'unavailable', `${host}:${port} does not answer: no route to host. Check the address, the port and firewalls between.`, 'host');
      if (/^127\.|^localhost$/.test(host)) refuse(422, 'invalid', 'must not be the controller itself', 'host');
      const changedKey = host.endsWith('.66');
      return {
        keys: [{ algorithm: 'ssh-ed25519', fingerprint: fingerprint(`${host}-ed25519${changedKey ? '-new' : ''}`), bits: 256 }, { algorithm: 'ecdsa-sha2-nistp256', fingerprint: fingerprint(`${host}-ecdsa`), bits: 256 }, { algorithm: 'rsa-sha2-512', fingerprint: fingerprint(`${host}-rsa`), bits: 3072 }],
        command: 'for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key"; done', pinned: changedKey ? fingerprint(`${host}-ed25519-old`) : null, changed: changedKey, banner: 'SSH-2.0-OpenSSH_8.9p1 Ubuntu-3ubuntu0.6', latencyMs: 3.2,
      };
    },
    'POST /nodes': ({ body }) => {
      if (data.nodes.some(({ name }) => name === body.name)) refuse(409, 'conflict', 'another node has this name', 'name');
      const node = aNode(body.name, body.host, { state: 'joining', type: body.type });
      Object.assign(node, { createdAt: ago(0), stateSince: ago(0) });
      data.nodes.unshift(node);
      const operation = begin('add-node', node, `Add ${node.name}`, { phase: 'connect', can: ['give-up'], steps });
      const strap = { nodeId: node.id, host: body.host, port: body.port ?? 22, user: body.user ?? 'root', type: body.type, hostKey: body.expectedHostKey, operation, preflight: null, hasCredential: true, review: body.review };
      bootstraps.set(node.id, strap);
      changed(node);
      run(strap, body.credential);
      return { node, operation };
    },
    'GET /nodes/:id/bootstrap': ({ id }) => strapOf(id),
    'POST /nodes/:id/bootstrap/continue': ({ id, body }) => {
      const strap = strapOf(id);
      const { operation: job } = strap;
      if (job.state !== 'waiting') refuse(409, 'conflict', 'The job does not wait for a decision');
      const failing = strap.preflight.rows.filter(({ result, fix: mend }) => result === 'fail' && !(mend && body.fixes.includes(mend.id)));
      if (!body.recheck && !body.despiteFailures && failing.length > 0) refuse(409, 'conflict', `${failing.length} checks fail and no fix is ticked for them`);
      strap.fixed ||= body.fixes.length > 0;
      Object.assign(job, { state: 'running', can: ['give-up'] });
      if (body.recheck) Object.assign(job.steps.find(({ id: name }) => name === 'preflight'), { state: 'pending' });
      moved(job);
      run(strap);
      return strap;
    },
    'POST /nodes/:id/bootstrap/retry': ({ id, body }) => {
      const strap = strapOf(id);
      const { operation: job } = strap;
      if (!strap.hasCredential && !body.credential) refuse(409, 'conflict', 'the password or key is not in memory any more: give it again', 'credential');
      Object.assign(job, { state: 'running', failure: null, failureCode: null, finishedAt: null, attempt: job.attempt + 1, can: ['give-up'] });
      strap.hasCredential = true;
      run(strap, body.credential);
      return strap;
    },
    'POST /nodes/:id/bootstrap/give-up': ({ id }) => {
      const node = find(id);
      const job = end(strapOf(id).operation, 'cancelled', { failure: null });
      data.nodes = data.nodes.filter((each) => each !== node);
      publish('nodes', 'removed', id);
      return job;
    },
    'PATCH /nodes/:id': ({ id, body }) => {
      if (data.nodes.some((node) => node.name === body.name && node.id !== id)) refuse(409, 'conflict', 'another node has this name', 'name');
      return changed(Object.assign(find(id), { name: body.name }));
    },
    'POST /join-tokens': ({ body }) => {
      const token = `osjoin_${randomBytes(32).toString('base64url')}`;
      joinLater(body.nodeName);
      return { token, expiresAt: ago(-30), command: `curl --proto '=https' --pinnedpubkey 'sha256//${randomBytes(32).toString('base64')}' -fsSk https://10.20.0.10:32206/join/agent.sh | OPENSTATION_JOIN_TOKEN=${token} sh`, checkoutCommand: `OPENSTATION_JOIN_TOKEN=${token} ./openstation agent` };
    },
    'GET /nodes/:id/history': ({ id, query }) => history(find(id), query),
    'GET /nodes/:id/events': ({ id, query }) => page(events(find(id)), query),
    'GET /nodes/:id/sessions': ({ id, query }) => page(sessions(find(id)), query),
    'POST /nodes/:id/drain': ({ id, body }) => {
      const node = available(find(id), 'draining', body.reason);
      const operation = begin('drain-node', node, `Drain ${node.name}`, { phase: 'draining', can: ['cancel'], steps: instancesOn(id).map(({ service }, at) => `${service.name} ${at + 1}`) });
      const tick = () => {
        const next = operation.steps.find(({ state }) => state === 'pending');
        if (!next) { available(node, 'maintenance', body.reason); return end(operation, 'succeeded', { phase: 'done' }); }
        step(operation, next.id, 'running');
        moved(operation);
        after(2500, () => { step(operation, next.id, 'succeeded', 'runs on another node'); operation.percent += 100 / (operation.steps.length + 1); tick(); });
      };
      after(1000, tick);
      return { node, operation };
    },
    'POST /nodes/:id/maintenance': ({ id, body }) => available(find(id), 'maintenance', body.reason),
    'POST /nodes/:id/resume': ({ id }) => available(find(id), 'active'),
    'POST /nodes/:id/gpus/quarantine': ({ id, body }) => { const node = find(id); gpuOf(node, body.uuid).quarantine = { by: 'person', reason: body.reason, since: ago(0) }; return changed(node); },
    'POST /nodes/:id/gpus/release': ({ id, body }) => { const node = find(id); gpuOf(node, body.uuid).quarantine = null; return changed(node); },
    'POST /nodes/:id/readmit': ({ id }) => changed(find(id)),
    'GET /nodes/:id/removal': ({ id }) => {
      const node = find(id);
      return {
        refusal: node.management ? 'the management node runs the controller; it cannot be removed' : '', reachable: node.state === 'healthy',
        instances: instancesOn(id).map(({ service, instance }) => ({ id: instance.id, serviceName: service.name, state: instance.state, lastReady: service.readyInstances <= 1 && instance.ready })),
        outages: instancesOn(id).filter(({ service, instance }) => instance.ready && service.readyInstances <= 1).map(({ service }) => service.name),
        cachedModels: data.models.slice(0, 2).map(({ id: modelId, name, bytes }) => ({ modelId, name, bytes })), cachedBytes: data.models.slice(0, 2).reduce((sum, { bytes }) => sum + bytes, 0),
      };
    },
    'DELETE /nodes/:id': ({ id, query }) => {
      const node = find(id);
      if (node.management) refuse(409, 'conflict', 'the management node runs the controller; it cannot be removed');
      if (node.instanceCount > 0 && query.force !== 'true' && query.drain !== 'true') refuse(409, 'in-use', `${node.instanceCount} instances are on it: drain it first or force the removal`);
      const operation = begin('remove-node', node, `Remove ${node.name}`, { phase: 'drain', steps: [...(query.drain === 'true' ? ['move'] : []), 'engines', 'containers', ...(query.removeCaches === 'true' ? ['caches'] : []), ...(query.removeAgent === 'true' ? ['agent'] : []), 'certificate'] });
      const tick = () => {
        const next = operation.steps.find(({ state }) => state === 'pending');
        if (!next) { data.nodes = data.nodes.filter((each) => each.id !== id); publish('nodes', 'removed', id); publish('overview', 'changed', '', overview()); return end(operation, 'succeeded', { phase: 'done' }); }
        step(operation, next.id, 'running');
        moved(operation);
        after(1500, () => { step(operation, next.id, 'succeeded'); operation.percent += 100 / (operation.steps.length + 1); tick(); });
      };
      tick();
      return operation;
    },
    'GET /agent-releases': () => [{ version: '0.2.0', builtAt: ago(600), current: true, archives: [{ arch: 'x64', bytes: 48e6, sha256: randomBytes(32).toString('hex') }, { arch: 'arm64', bytes: 46e6, sha256: randomBytes(32).toString('hex') }] }, { version: '0.1.0', builtAt: ago(60_000), current: false, archives: [] }],
    'POST /agent-upgrades': ({ body }) => {
      const targets = data.nodes.filter(({ id, upgradeTo }) => upgradeTo && (body.nodeIds.length === 0 || body.nodeIds.includes(id)));
      if (targets.length === 0) refuse(409, 'conflict', 'no node has an older agent');
      const operation = begin('upgrade-agents', null, `Upgrade agents to 0.2.0`, { phase: 'canary', can: ['cancel'], steps: targets.map(({ name }) => name) });
      const tick = (at) => {
        const target = targets[at];
        if (!target) return end(operation, 'succeeded', { phase: 'done' });
        step(operation, target.name, 'running');
        operation.phase = at === 0 ? 'canary' : 'upgrade';
        moved(operation);
        after(4000, () => {
          if (target.state !== 'healthy') { step(operation, target.name, 'failed', 'It did not come back healthy within 120 s; the old agent is running again'); return end(operation, 'failed', { failure: `${target.name} did not come back healthy; the old agent is running again`, failureCode: 'upgrade-stopped', can: ['retry'] }); }
          step(operation, target.name, 'succeeded', '0.1.0 → 0.2.0');
          changed(Object.assign(target, { agentVersion: '0.2.0', upgradeTo: null }));
          operation.percent = Math.round(((at + 1) / targets.length) * 100);
          tick(at + 1);
        });
      };
      tick(0);
      return operation;
    },
  };

  return { routes, stop: () => timers.forEach(clearTimeout), moreNodes: (count) => Array.from({ length: count }, (_, at) => data.nodes.push(aNode(`node-${String(at + 1).padStart(4, '0')}`, `10.21.${at >> 8}.${at & 255}`, { ...(at % 3 ? { gpus: [aGpu(0, 'NVIDIA A100-PCIE-40GB', 40, (at % 10) / 11)] } : {}), ...(at % 97 === 5 ? { state: 'unreachable' } : {}), memoryRatio: (at % 90) / 100 }))) };
}
