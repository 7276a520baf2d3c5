import type { Command } from 'commander';
import type { AgentRelease, JoinToken, Node, NodeEvent, Operation, RemovalPreview } from '../rest/index.js';
import { managing, named, show, showFacts, type Desk, type OpenDesk } from './desk.js';
import { followOperation } from './follow-operation.js';
import { bytes, cards, moment, percent, usage } from './words.js';

interface Common {
  readonly json?: boolean;
  readonly dataDir?: string;
  readonly wait?: boolean;
}

export async function findNode({ client }: Desk, wanted: string): Promise<Node> {
  return named('node', await client.get<Node[]>('/nodes'), wanted);
}

/** Looking at nodes, and what is done with one that is there. */
export function addNodeCommands(node: Command, open: OpenDesk): void {
  managing(node.command('list').alias('ls').description('all nodes')).action(async (options: Common) => {
    const desk = await open(options);
    const nodes = await desk.client.get<Node[]>('/nodes');
    show(desk, options.json, nodes, ['NAME', 'ADDRESS', 'TYPE', 'STATE', 'CPU', 'MEMORY', 'STORAGE', 'GPU', 'SERVICES', 'AGENT'], nodes.map(row));
  });

  managing(node.command('show').description('one node').argument('<node>')).action(async (wanted: string, options: Common) => {
    const desk = await open(options);
    const found = await findNode(desk, wanted);
    showFacts(desk, options.json, found, facts(found));
  });

  managing(node.command('events').description('what happened to a node').argument('<node>').option('-n, --limit <count>', 'newest so many', '50'))
    .action(async (wanted: string, options: Common & { limit: string }) => {
      const desk = await open(options);
      const { items } = await desk.client.get<{ items: NodeEvent[] }>(`/nodes/${(await findNode(desk, wanted)).id}/events?limit=${encodeURIComponent(options.limit)}`);
      show(desk, options.json, items, ['AT', 'SEVERITY', 'CODE', 'WHAT'], items.map(({ at, severity, code, message }) => [moment(at), severity, code, message]));
    });

  managing(node.command('join-command').description('a line to paste on a server that becomes a node').option('--name <name>', 'name it will have')).action(async (options: Common & { name?: string }) => {
    const desk = await open(options);
    const token = await desk.client.post<JoinToken>('/join-tokens', { kind: 'agent', ...(options.name === undefined ? {} : { nodeName: options.name }) });
    if (options.json) desk.print(`${JSON.stringify(token, null, 2)}\n`);
    else desk.print(`${token.command}\n`);
    desk.note(`  valid once, until ${moment(token.expiresAt)}; paste it as root on the server\n`);
  });

  deed(node, open, 'maintenance', 'place nothing new on it; what runs goes on', 'maintenance');
  deed(node, open, 'resume', 'let it take instances again', 'resume');
  deed(node, open, 'readmit', 'trust its identity again', 'readmit');

  managing(node.command('drain').description('move its instances to other nodes, then hold it in maintenance').argument('<node>').option('--force', 'also stop what fits nowhere else').option('--reason <text>', 'why', '').option('--no-wait', 'do not wait for the end'))
    .action(async (wanted: string, options: Common & { force?: boolean; reason: string }) => {
      const desk = await open(options);
      const { operation } = await desk.client.post<{ operation: Operation }>(`/nodes/${(await findNode(desk, wanted)).id}/drain`, { force: options.force ?? false, reason: options.reason });
      await finish(desk, options, operation);
    });

  managing(node.command('quarantine').description('place nothing new on a GPU').argument('<node>').argument('<gpu>', 'its number or uuid').option('--reason <text>', 'why', ''))
    .action((wanted: string, gpu: string, options: Common & { reason: string }) => ofGpu(open, options, wanted, gpu, 'quarantine', { reason: options.reason }));
  managing(node.command('release').description('trust a quarantined GPU again').argument('<node>').argument('<gpu>', 'its number or uuid'))
    .action((wanted: string, gpu: string, options: Common) => ofGpu(open, options, wanted, gpu, 'release', {}));

  managing(node.command('rename').description('another name').argument('<node>').argument('<name>')).action(async (wanted: string, name: string, options: Common) => {
    const desk = await open(options);
    const renamed = await desk.client.patch<Node>(`/nodes/${(await findNode(desk, wanted)).id}`, { name });
    showFacts(desk, options.json, renamed, [['name', renamed.name]]);
  });

  managing(node.command('remove').description('remove a node; says first what that stops').argument('<node>')
    .option('--drain', 'move its instances away first').option('--force', 'although instances are on it').option('--keep-engines', 'engines go on, no longer managed')
    .option('--remove-caches', 'delete its copies of models too').option('--keep-agent', 'leave the agent installed').option('--dry-run', 'only say what it would stop').option('--no-wait', 'do not wait for the end'))
    .action(async (wanted: string, options: Common & { drain?: boolean; force?: boolean; keepEngines?: boolean; removeCaches?: boolean; keepAgent?: boolean; dryRun?: boolean }) => {
      const desk = await open(options);
      const { id } = await findNode(desk, wanted);
      const preview = await desk.client.get<RemovalPreview>(`/nodes/${id}/removal`);
      if (options.dryRun) return showFacts(desk, options.json, preview, removal(preview));
      const query = new URLSearchParams({
        drain: `${options.drain ?? false}`, force: `${options.force ?? false}`, removeEngines: `${!options.keepEngines}`, removeCaches: `${options.removeCaches ?? false}`, removeAgent: `${!options.keepAgent}`,
      });
      await finish(desk, options, await desk.client.delete<Operation>(`/nodes/${id}?${query.toString()}`));
    });

  managing(node.command('releases').description('agents that can be installed or upgraded to')).action(async (options: Common) => {
    const desk = await open(options);
    const releases = await desk.client.get<AgentRelease[]>('/agent-releases');
    show(desk, options.json, releases, ['VERSION', 'BUILT', 'CURRENT', 'ARCHIVES'], releases.map(({ version, builtAt, current, archives }) => [version, moment(builtAt), current ? 'yes' : '', archives.map(({ arch, bytes: size }) => `${arch} ${bytes(size)}`).join(', ')]));
  });

  managing(node.command('upgrade').description('upgrade agents: one node first, then the rest in batches').argument('[nodes...]', 'all when absent').option('--to <version>', 'the current release when absent').option('--batch <count>', 'nodes at once after the first', '5').option('--no-wait', 'do not wait for the end'))
    .action(async (wanted: string[], options: Common & { to?: string; batch: string }) => {
      const desk = await open(options);
      const all = await desk.client.get<Node[]>('/nodes');
      const nodeIds = wanted.map((name) => named('node', all, name).id);
      await finish(desk, options, await desk.client.post<Operation>('/agent-upgrades', { nodeIds, batch: Number(options.batch), ...(options.to === undefined ? {} : { version: options.to }) }));
    });
}

function deed(node: Command, open: OpenDesk, name: string, description: string, path: string): void {
  const command = managing(node.command(name).description(description).argument('<node>'));
  if (name === 'maintenance') command.option('--reason <text>', 'why', '');
  command.action(async (wanted: string, options: Common & { reason?: string }) => {
    const desk = await open(options);
    const changed = await desk.client.post<Node>(`/nodes/${(await findNode(desk, wanted)).id}/${path}`, options.reason === undefined ? undefined : { reason: options.reason });
    showFacts(desk, options.json, changed, facts(changed));
  });
}

async function ofGpu(open: OpenDesk, options: Common, wanted: string, gpu: string, path: string, body: object): Promise<void> {
  const desk = await open(options);
  const { id, gpus } = await findNode(desk, wanted);
  const card = named('GPU', gpus.map(({ uuid, index }) => ({ id: uuid, name: `${index}` })), gpu);
  const changed = await desk.client.post<Node>(`/nodes/${id}/gpus/${path}`, { uuid: card.id, ...body });
  showFacts(desk, options.json, changed, facts(changed));
}

export async function finish(desk: Desk, options: Common, operation: Operation): Promise<void> {
  const last = options.wait === false ? operation : await followOperation(desk, operation.id);
  showFacts(desk, options.json, last, [['operation', last.id], ['state', last.state], ['percent', percent(last.percent)]]);
}

function row(node: Node): string[] {
  const { name, address, type, inventory, metrics, gpus, services, agentVersion } = node;
  return [
    name, address, type, condition(node), `${inventory?.cpuCores ?? '-'}`, usage(metrics?.memoryUsedBytes ?? null, inventory?.memoryBytes ?? 0),
    usage(metrics?.diskUsedBytes ?? null, inventory?.diskBytes ?? 0), cards(gpus), services.map((service) => service.name).join(', ') || '-', agentVersion ?? '-',
  ];
}

function condition({ state, availability }: Node): string {
  return availability === 'active' ? state : `${state}, ${availability}`;
}

function facts(node: Node): [string, string][] {
  const { inventory, metrics, gpus } = node;
  const quarantined = gpus.filter((gpu) => gpu.quarantine !== null).map(({ index, quarantine }) => `${index} (${quarantine?.reason ?? ''})`);
  return [
    ['name', node.name], ['id', node.id], ['address', node.address], ['state', `${condition(node)} since ${moment(node.stateSince)}`], ['reason', node.availabilityReason || '-'],
    ['agent', `${node.agentVersion ?? '-'}${node.upgradeTo === null ? '' : ` (upgrade to ${node.upgradeTo} possible)`}`], ['last seen', moment(node.lastSeenAt)], ['certificate until', moment(node.certificateExpiresAt)],
    ['system', inventory ? `${inventory.os}, kernel ${inventory.kernel}, ${inventory.arch}` : '-'], ['processor', inventory ? `${inventory.cpuModel} × ${inventory.cpuCores}` : '-'],
    ['memory', usage(metrics?.memoryUsedBytes ?? null, inventory?.memoryBytes ?? 0)], ['storage', usage(metrics?.diskUsedBytes ?? null, inventory?.diskBytes ?? 0)],
    ['GPUs', cards(gpus)], ['quarantined', quarantined.join(', ') || '-'], ['services', node.services.map(({ name }) => name).join(', ') || '-'], ['instances', `${node.instanceCount}`], ['orphans', `${node.orphanCount}`],
  ];
}

function removal(preview: RemovalPreview): [string, string][] {
  return [
    ['possible', preview.refusal === '' ? 'yes' : preview.refusal], ['reachable', preview.reachable ? 'yes' : 'no: what is on the server stays there'],
    ['stops', preview.instances.map(({ serviceName, state }) => `${serviceName} (${state})`).join(', ') || 'nothing'], ['outages', preview.outages.join(', ') || 'none'], ['cached models', `${preview.cachedModels.length}, ${bytes(preview.cachedBytes)}`],
  ];
}
