import { resolve } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../install/index.js';
import type { Download, ImportReport, Model, ModelFamily, ModelHolder, Node, Operation } from '../rest/index.js';
import { managing, named, show, showFacts, type Desk, type OpenDesk } from './desk.js';
import { findNode, finish } from './node-commands.js';
import { bytes, moment, percent } from './words.js';

interface Common {
  readonly json?: boolean;
  readonly dataDir?: string;
  readonly wait?: boolean;
}

const EX_DATAERR = 65;

/** The library, the catalog, downloads and copies on nodes. */
export function addModelCommands(model: Command, open: OpenDesk): void {
  managing(model.command('list').alias('ls').description('the library')).action(async (options: Common) => {
    const desk = await open(options);
    const all = await desk.client.get<Model[]>('/models');
    show(desk, options.json, all, ['NAME', 'STATE', 'FORMAT', 'TYPE', 'SIZE', 'NEEDS', 'CONTEXT', 'USED BY'], all.map((one) => [
      one.name, one.state, one.format, one.dataType ?? '-', bytes(one.bytes), bytes(one.memoryNeedBytes), `${one.contextLength ?? '-'}`, one.usedBy.map(({ name }) => name).join(', ') || '-',
    ]));
  });

  managing(model.command('show').description('one model').argument('<model>')).action(async (wanted: string, options: Common) => {
    const desk = await open(options);
    const found = await findModel(desk, wanted);
    showFacts(desk, options.json, found, [
      ['name', found.name], ['id', found.id], ['state', found.failure === null ? found.state : `${found.state}: ${found.failure}`], ['source', found.repository ?? found.sourcePath ?? found.source], ['revision', found.revision ?? '-'],
      ['format', `${found.format} ${found.dataType ?? ''}`], ['architecture', found.architecture ?? '-'], ['parameters', `${found.parameterCount ?? '-'}`], ['size', `${bytes(found.bytes)} in ${found.fileCount} files`],
      ['nominal need', bytes(found.memoryNeedBytes)], ['context', `${found.contextLength ?? '-'}`], ['licence', found.licence ?? '-'], ['path', found.storagePath], ['used by', found.usedBy.map(({ name }) => name).join(', ') || '-'],
    ]);
  });

  managing(model.command('catalog').description('what can be downloaded').option('--hidden', 'hidden cards too')).action(async (options: Common & { hidden?: boolean }) => {
    const desk = await open(options);
    const families = await desk.client.get<ModelFamily[]>(`/catalog?hidden=${options.hidden ?? false}`);
    show(desk, options.json, families, ['FAMILY', 'VARIANT', 'NAME', 'TYPE', 'SIZE', 'NEEDS', 'STATE'], families.flatMap((family) =>
      family.variants.map(({ label, name, dataType, bytes: size, memoryNeedBytes, state, percent: done }) => [family.name, label, name, dataType ?? '-', bytes(size), bytes(memoryNeedBytes), state === 'downloading' ? percent(done) : state])));
  });

  managing(model.command('download').description('download a model of the catalog by its name, or any repository').argument('<name or owner/name>')
    .option('--hub <hub>', 'modelscope or huggingface').option('--revision <revision>', 'branch, tag or commit').option('--include <pattern>', 'only files like this; may be repeated', several, []).option('--no-wait', 'do not wait for the end'))
    .action(async (wanted: string, options: Common & { hub?: string; revision?: string; include: string[] }) => {
      const desk = await open(options);
      const { download } = await desk.client.post<{ download: Download }>('/downloads', await wishOf(desk, wanted, options));
      await finish(desk, options, download.operation);
    });

  managing(model.command('downloads').description('downloads in the order in which they run')).action(async (options: Common) => {
    const desk = await open(options);
    const all = await desk.client.get<Download[]>('/downloads');
    show(desk, options.json, all, ['NAME', 'STATE', 'PLACE', 'PERCENT', 'SPEED', 'REPOSITORY', 'MESSAGE'], all.map(({ name, state, place, operation, repository, message }) => [
      name, state, `${place ?? '-'}`, percent(operation.percent), operation.transfer?.bytesPerSecond ? `${bytes(operation.transfer.bytesPerSecond)}/s` : '-', repository, message,
    ]));
  });
  for (const deed of ['pause', 'resume', 'retry', 'cancel']) {
    managing(model.command(deed).description(`${deed} a download`).argument('<model>')).action(async (wanted: string, options: Common) => {
      const desk = await open(options);
      const found = named('download', await desk.client.get<Download[]>('/downloads'), wanted);
      const changed = await desk.client.post<Download>(`/downloads/${found.id}/${deed}`);
      showFacts(desk, options.json, changed, [['name', changed.name], ['state', changed.state]]);
    });
  }

  managing(model.command('import').description('import a file or directory of the management node, or of a node').argument('<path>').option('--name <name>', 'name in the library').option('--node <node>', 'where the path is').option('--in-place', 'leave the files where they are').option('--check', 'only look'))
    .action(async (path: string, options: Common & { name?: string; node?: string; inPlace?: boolean; check?: boolean }) => {
      const desk = await open(options);
      const nodeId = options.node === undefined ? null : (await findNode(desk, options.node)).id;
      const place = { path: nodeId === null ? resolve(desk.cwd, path) : path, nodeId };
      if (options.check) return showFindings(desk, options, await desk.client.post<ImportReport>('/models/inspect', place));
      const { operation } = await desk.client.post<{ operation: Operation }>('/models/import', { ...place, mode: options.inPlace ? 'in-place' : 'copy', ...(options.name === undefined ? {} : { name: options.name }) });
      await finish(desk, options, operation);
    });

  managing(model.command('nodes').description('nodes that have a model').argument('<model>')).action(async (wanted: string, options: Common) => {
    const desk = await open(options);
    const holders = await desk.client.get<ModelHolder[]>(`/models/${(await findModel(desk, wanted)).id}/nodes`);
    show(desk, options.json, holders, ['NODE', 'STATE', 'BYTES', 'IN USE', 'VERIFIED'], holders.map(({ nodeName, state, bytes: have, totalBytes, inUse, verifiedAt }) => [nodeName, state, `${bytes(have)} of ${bytes(totalBytes)}`, inUse ? 'yes' : '', moment(verifiedAt)]));
  });

  managing(model.command('prefetch').description('bring a model to nodes before it is needed').argument('<model>').argument('<nodes...>').option('--no-wait', 'do not wait for the end')).action(async (wanted: string, nodes: string[], options: Common) => {
    const desk = await open(options);
    const all = await desk.client.get<Node[]>('/nodes');
    await finish(desk, options, await desk.client.post<Operation>(`/models/${(await findModel(desk, wanted)).id}/prefetch`, { nodeIds: nodes.map((name) => named('node', all, name).id) }));
  });

  managing(model.command('evict').description('delete a model from a node’s cache').argument('<model>').argument('<node>')).action(async (wanted: string, node: string, options: Common) => {
    const desk = await open(options);
    const holder = await desk.client.delete<ModelHolder>(`/models/${(await findModel(desk, wanted)).id}/nodes/${(await findNode(desk, node)).id}`);
    showFacts(desk, options.json, holder, [['node', holder.nodeName], ['state', holder.state]]);
  });

  managing(model.command('verify').description('read every byte again and compare').argument('<model>').argument('[nodes...]', 'on these nodes too').option('--no-wait', 'do not wait for the end')).action(async (wanted: string, nodes: string[], options: Common) => {
    const desk = await open(options);
    const all = await desk.client.get<Node[]>('/nodes');
    await finish(desk, options, await desk.client.post<Operation>(`/models/${(await findModel(desk, wanted)).id}/verify`, { nodeIds: nodes.map((name) => named('node', all, name).id) }));
  });

  managing(model.command('delete').description('delete a model everywhere').argument('<model>')).action(async (wanted: string, options: Common) => {
    const desk = await open(options);
    const found = await findModel(desk, wanted);
    await desk.client.delete(`/models/${found.id}`);
    desk.note(`  ${found.name} is deleted\n`);
  });
}

export async function findModel({ client }: Desk, wanted: string): Promise<Model> {
  return named('model', await client.get<Model[]>('/models'), wanted);
}

function several(value: string, all: string[]): string[] {
  return [...all, value];
}

/** A name of the catalog, else owner/name of a hub. */
async function wishOf(desk: Desk, wanted: string, { hub, revision, include }: { hub?: string; revision?: string; include: string[] }): Promise<object> {
  const families = await desk.client.get<ModelFamily[]>('/catalog?hidden=true');
  const variant = families.flatMap(({ variants }) => variants).find(({ name, id }) => name === wanted || id === wanted);
  const more = { include, ...(hub === undefined ? {} : { hub }), ...(revision === undefined ? {} : { revision }) };
  if (variant) return { variantId: variant.id, ...more };
  if (wanted.includes('/')) return { repository: wanted, ...more };
  throw new UserError(`the catalog has no model "${wanted}" (openstation model catalog lists them); a repository is written owner/name`, EX_DATAERR);
}

function showFindings(desk: Desk, options: Common, report: ImportReport): void {
  show(desk, options.json, report, ['LEVEL', 'CODE', 'FILE', 'WHAT'], report.findings.map(({ level, code, file, message }) => [level, code, file ?? '-', message]));
  desk.note(report.importable ? `  can be imported as ${report.suggestedName}, ${bytes(report.bytes)}\n` : '  cannot be imported as it is\n');
}
