import type { Command } from 'commander';
import { UserError } from '../install/index.js';
import type { Node, Plan, Service } from '../rest/index.js';
import { managing, named, show, showFacts, type Desk, type OpenDesk } from './desk.js';
import { cardsOf, findService, progress, untilReady, wishFrom } from './service-desk.js';
import { bytes, percent } from './words.js';

interface Common {
  readonly json?: boolean;
  readonly dataDir?: string;
  readonly wait?: boolean;
}

const EX_DATAERR = 65;

/** Deploying and keeping services. */
export function addServiceCommands(service: Command, open: OpenDesk): void {
  managing(service.command('list').alias('ls').description('all services')).action(async (options: Common) => {
    const desk = await open(options);
    const all = await desk.client.get<Service[]>('/services');
    show(desk, options.json, all, ['NAME', 'MODEL', 'ENGINE', 'STATE', 'READY', 'PROGRESS'], all.map((one) => [one.name, one.modelName, one.engine, one.state, `${one.readyInstances}/${one.wantedInstances}`, progress(one)]));
  });

  managing(service.command('show').description('one service with its instances').argument('<service>')).action(async (wanted: string, options: Common) => {
    const desk = await open(options);
    const found = await findService(desk, wanted);
    if (!options.json) showFacts(desk, false, found, factsOf(found));
    show(desk, options.json, found, ['INSTANCE', 'NODE', 'CARDS', 'REVISION', 'STATE', 'PHASE', 'WHY'], found.instances.map(({ id, nodeName, gpuIndexes, revision, state, ready, phase, percent: done, message, diagnosis }) => [
      id, nodeName ?? '-', gpuIndexes.join(','), `${revision}`, ready ? 'ready' : state, ready ? '' : `${phase} ${percent(done)}`, diagnosis?.title ?? message,
    ]));
    if (options.json) return;
    for (const { diagnosis } of found.instances) if (diagnosis) desk.print(`\n  ${diagnosis.title}\n    ${diagnosis.evidence}\n    ${diagnosis.advice}${diagnosis.fix ? `\n    ./openstation service retry ${found.name} --fix` : ''}\n`);
  });

  managing(service.command('plan').description('where it would go, and why; changes nothing').requiredOption('-f, --file <service.yaml>', 'the wish')).action(async (options: Common & { file: string }) => {
    const desk = await open(options);
    showPlan(desk, options.json, await desk.client.post<Plan>('/services/plan', await wishFrom(desk, options.file)));
  });

  managing(service.command('deploy').description('deploy what a file describes').requiredOption('-f, --file <service.yaml>', 'name, model, and what else the REST API takes').option('--no-wait', 'do not wait until it is ready')).action(async (options: Common & { file: string }) => {
    const desk = await open(options);
    const created = await desk.client.post<Service>('/services', await wishFrom(desk, options.file));
    const last = options.wait === false ? created : await untilReady(desk, created.id);
    showFacts(desk, options.json, last, [['service', last.name], ['state', last.state], ['ready', `${last.readyInstances}/${last.wantedInstances}`]]);
  });

  managing(service.command('scale-up').alias('add-instance').description('one more instance').argument('<service>').argument('[places...]', 'nodes it may run on, or cards of them as node:0; anywhere when absent').option('--dry-run', 'only where it would go, and why'))
    .action(async (wanted: string, places: string[], options: Common & { dryRun?: boolean }) => {
      const desk = await open(options);
      const { id } = await findService(desk, wanted);
      const place = places.length === 0 ? { nodeIds: [], cards: [] } : placeOf(await desk.client.get<Node[]>('/nodes'), places);
      if (options.dryRun) return showPlan(desk, options.json, await desk.client.post<Plan>(`/services/${id}/instances/plan`, place));
      const changed = await desk.client.post<Service>(`/services/${id}/instances`, place);
      showFacts(desk, options.json, changed, [['service', changed.name], ['wanted', `${changed.wantedInstances}`]]);
    });

  managing(service.command('remove-instance').description('stop one instance and want one less').argument('<service>').argument('<instance>', 'its id or the beginning of it')).action(async (wanted: string, instance: string, options: Common) => {
    const desk = await open(options);
    const { id, instances, name } = await findService(desk, wanted);
    const [match, second] = instances.filter((one) => one.id.startsWith(instance));
    if (!match || second) throw new UserError(`${name} has ${match ? 'several instances' : 'no instance'} beginning with "${instance}"`, EX_DATAERR);
    const changed = await desk.client.delete<Service>(`/services/${id}/instances/${match.id}`);
    showFacts(desk, options.json, changed, [['service', changed.name], ['wanted', `${changed.wantedInstances}`]]);
  });

  managing(service.command('delete').description('stop all instances and delete the service').argument('<service>')).action(async (wanted: string, options: Common) => {
    const desk = await open(options);
    const found = await findService(desk, wanted);
    await desk.client.delete(`/services/${found.id}`);
    desk.note(`  ${found.name} is being deleted\n`);
  });
}

function showPlan(desk: Desk, json: boolean | undefined, plan: Plan): void {
  showFacts(desk, json, plan, [
    ['fits', plan.fits ? 'yes' : 'no'], ['engine', plan.engine ?? '-'], ['mode', plan.mode], ['memory', bytes(plan.memory.totalBytes)],
    ...plan.placements.map(({ nodeName, gpuUuids }) => ['on', `${nodeName}${gpuUuids.length === 0 ? '' : ` (${gpuUuids.length} cards)`}`] as const),
    ...plan.rejected.map(({ nodeName, reason }) => ['not on', `${nodeName}: ${reason}`] as const), ...plan.notes.map(({ level, message }) => [level, message] as const),
  ]);
}

/** `gpu-1` is a node, `gpu-1:0` a card of it. @throws UserError naming what there is */
function placeOf(known: readonly Node[], places: readonly string[]): { nodeIds: string[]; cards: { nodeId: string; gpuUuids: string[] }[] } {
  const cards: Record<string, number[]> = {};
  const names = new Set<string>();
  for (const place of places) {
    const [, node = place, index] = /^(.+):(\d+)$/.exec(place) ?? [];
    names.add(node);
    if (index !== undefined) (cards[node] ??= []).push(Number(index));
  }
  return { nodeIds: [...names].map((name) => named('node', known, name).id), cards: cardsOf(known, cards) };
}

function factsOf({ name, state, message, modelName, engine, mode, parameters, contextLength, parallel, revision, readyInstances, wantedInstances, scaling, scalingReason, networkInterface }: Service): [string, string][] {
  return [
    ['service', name], ['state', message === '' ? state : `${state}: ${message}`], ['ready', `${readyInstances}/${wantedInstances}`], ['model', modelName], ['runs', `${engine} (${mode}), ${contextLength} tokens, ${parallel} at once, revision ${revision}`],
    ...(parameters === '' ? [] : [['parameters', parameters] as [string, string]]), ...(networkInterface === null ? [] : [['network', networkInterface] as [string, string]]),
    ...(scaling === null ? [] : [['scaled', `${scaling.min} to ${scaling.max}${scaling.windows.length > 0 ? `, ${scaling.windows.length} windows (${scaling.timeZone})` : ''}${scalingReason === '' ? '' : `: ${scalingReason}`}`] as [string, string]]),
  ];
}
