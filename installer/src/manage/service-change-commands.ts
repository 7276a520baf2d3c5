import type { Command } from 'commander';
import { UserError } from '../install/index.js';
import type { InstanceCheck, Node, Service, ServiceEvent, ServiceRevision, WhatIf } from '../rest/index.js';
import { managing, named, show, showFacts, type Desk, type OpenDesk } from './desk.js';
import { scalingFrom } from './scaling-words.js';
import { findService, wishFrom } from './service-desk.js';
import { readYaml } from './yaml-file.js';

interface Common {
  readonly json?: boolean;
  readonly dataDir?: string;
}

const EX_DATAERR = 65;

/** What is done with a service that exists: changes and the way back, stop and start, questions to it. */
export function addServiceChangeCommands(service: Command, open: OpenDesk): void {
  const change = 'parameters, contextLength, parallel, scaling, … as the REST API names them';
  managing(service.command('change').description('run it otherwise: a new revision, rolled out without a failed call').argument('<service>').requiredOption('-f, --file <change.yaml>', change)).action(async (wanted: string, options: Common & { file: string }) => {
    const desk = await open(options);
    const { id } = await findService(desk, wanted);
    told(desk, options.json, await desk.client.patch<Service>(`/services/${id}`, await changeFrom(desk, options.file)));
  });

  managing(service.command('revisions').description('how it ran and runs, newest first').argument('<service>')).action(async (wanted: string, options: Common) => {
    const desk = await open(options);
    const all = await desk.client.get<ServiceRevision[]>(`/services/${(await findService(desk, wanted)).id}/revisions`);
    show(desk, options.json, all, ['REVISION', 'FROM', 'BY', 'ENGINE', 'COMMAND LINE', 'NOTE'], all.map((one) => [`${one.revision}${one.current ? ' *' : ''}`, one.createdAt, one.createdBy, one.engine, one.argv.join(' '), one.note]));
  });

  managing(service.command('revert').description('run an earlier revision again').argument('<service>').argument('<revision>')).action(async (wanted: string, revision: string, options: Common) => {
    if (!/^[1-9]\d*$/.test(revision)) throw new UserError(`<revision>: "${revision}" is no number; see ./openstation service revisions ${wanted}`, EX_DATAERR);
    const desk = await open(options);
    told(desk, options.json, await desk.client.post<Service>(`/services/${(await findService(desk, wanted)).id}/revert`, { revision: Number(revision) }));
  });

  for (const [deed, what] of [['stop', 'drain and stop all instances; the service stays'], ['start', 'start a stopped service again']] as const)
    managing(service.command(deed).description(what).argument('<service>')).action(async (wanted: string, options: Common) => {
      const desk = await open(options);
      told(desk, options.json, await desk.client.post<Service>(`/services/${(await findService(desk, wanted)).id}/${deed}`));
    });

  managing(service.command('retry').description('try again at once what failed; what runs goes on').argument('<service>').option('--fix', 'with the change that the doctor proposes').option('-f, --file <change.yaml>', 'with this change: engine, parameters, contextLength, parallel, networkInterface, note'))
    .action(async (wanted: string, options: Common & { fix?: boolean; file?: string }) => {
      if (options.fix && options.file !== undefined) throw new UserError('--fix and --file: choose one', EX_DATAERR);
      const desk = await open(options);
      const found = await findService(desk, wanted);
      const change = options.file === undefined ? (options.fix ? proposedFor(found) : {}) : await readYaml(desk, options.file, 'contextLength: 8192');
      told(desk, options.json, await desk.client.post<Service>(`/services/${found.id}/retry`, change));
    });

  managing(service.command('events').description('what happened to it, newest first').argument('<service>').option('-n, --lines <count>', 'newest so many, 500 at most', '50').option('--before <next>', 'go on after an earlier answer, see its --json')).action(async (wanted: string, options: Common & { lines: string; before?: string }) => {
    const desk = await open(options);
    const page = await desk.client.get<{ items: ServiceEvent[] }>(`/services/${(await findService(desk, wanted)).id}/events?limit=${encodeURIComponent(options.lines)}${options.before === undefined ? '' : `&before=${encodeURIComponent(options.before)}`}`);
    show(desk, options.json, page, ['AT', 'SEVERITY', 'WHAT'], page.items.map(({ at, severity, message }) => [at, severity, message]));
  });

  managing(service.command('check').description('ask every instance for one token').argument('<service>')).action(async (wanted: string, options: Common) => {
    const desk = await open(options);
    const { instances } = await findService(desk, wanted);
    const checks = await Promise.all(instances.map(async ({ id }) => ({ id, ...(await desk.client.post<InstanceCheck>(`/instances/${id}/check`)) })));
    show(desk, options.json, checks, ['INSTANCE', 'ANSWERS', 'AFTER', 'MESSAGE'], checks.map(({ id, ok, latencyMs, message }) => [id, ok ? 'yes' : 'no', `${latencyMs} ms`, message]));
    if (checks.some(({ ok }) => !ok)) throw new UserError('not every instance answers', 1);
  });

  managing(service.command('features').description('what it can do of the OpenAI interface').argument('<service>').option('--again', 'try once more')).action(async (wanted: string, options: Common & { again?: boolean }) => {
    const desk = await open(options);
    const found = await findService(desk, wanted);
    const { conformance } = options.again ? await desk.client.post<Service>(`/services/${found.id}/conformance`) : found;
    const rows = (conformance?.results ?? []).map(({ feature, ok, detail }) => [feature, ok === null ? '?' : ok ? 'yes' : 'no', detail]);
    show(desk, options.json, conformance, ['FEATURE', 'CAN', 'DETAIL'], [...rows, ...(conformance?.suggestions ?? []).map(({ parameters, message }) => ['try', parameters, message])]);
  });

  const whatIf = 'whether services would fit, and what breaks without some nodes; changes nothing';
  managing(service.command('what-if').description(whatIf).option('-f, --file <service.yaml...>', 'services to add').option('--without <node...>', 'nodes to take away')).action(async (options: Common & { file?: string[]; without?: string[] }) => {
    const desk = await open(options);
    const nodes = options.without === undefined ? [] : await desk.client.get<Node[]>('/nodes');
    const add = await Promise.all((options.file ?? []).map((file) => wishFrom(desk, file)));
    const answer = await desk.client.post<WhatIf>('/services/what-if', { add, withoutNodeIds: (options.without ?? []).map((name) => named('node', nodes, name).id) });
    show(desk, options.json, answer, ['SERVICE', 'ANSWER', 'WHY'], [
      ...answer.plans.map(({ fits, placements, rejected }, index) => [options.file?.[index] ?? '', fits ? `fits on ${placements.map(({ nodeName }) => nodeName).join(', ')}` : 'does not fit', rejected.map(({ nodeName, reason }) => `${nodeName}: ${reason}`).join('; ')]),
      ...answer.affected.map(({ serviceName, instances, movable, outage, reasons }) => [serviceName, `${movable} of ${instances} can move${outage ? ', with an outage' : ''}`, reasons.join('; ')]),
    ]);
  });
}

/** @throws UserError */
async function changeFrom(desk: Desk, file: string): Promise<object> {
  const change = await readYaml(desk, file, 'contextLength: 8192');
  return 'scaling' in change ? { ...change, scaling: scalingFrom(file, change['scaling']) } : change;
}

/** What the doctor proposes for an instance that failed. @throws UserError with its advice when there is nothing to change */
function proposedFor({ name, instances }: Service): object {
  const failed = instances.filter(({ state, diagnosis }) => state === 'failed' && diagnosis !== null);
  const fix = failed.find(({ diagnosis }) => diagnosis?.fix)?.diagnosis?.fix;
  if (!fix) throw new UserError(`--fix: ${failed[0]?.diagnosis ? `${failed[0].diagnosis.title}: ${failed[0].diagnosis.advice}` : `no instance of ${name} failed in a way that a change is known for`}`, EX_DATAERR);
  const { parameters, contextLength, parallel } = fix;
  return { parameters, ...(contextLength === null ? {} : { contextLength }), ...(parallel === null ? {} : { parallel }) };
}

function told(desk: Desk, json: boolean | undefined, service: Service): void {
  showFacts(desk, json, service, [['service', service.name], ['revision', `${service.revision}`], ['state', service.state], ['ready', `${service.readyInstances}/${service.wantedInstances}`]]);
}
