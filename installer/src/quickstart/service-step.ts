import { sleep } from '@openstation/kit';
import { UserError } from '../install/index.js';
import type { ControlClient, Service } from '../rest/index.js';
import type { Step } from '../steps/index.js';
import type { QuickstartContext } from './context.js';

const DEPLOY_MS = 10 * 60_000;
const DELETE_MS = 60_000;
const EVERY_MS = 80;
const PARALLEL = 4;
const SHOWN_LINES = 8;

/** The service people call, on this machine's CPU. One that is ready is reused; one that failed is made anew. */
export const serviceStep: Step<QuickstartContext> = {
  title: 'service',
  check: async (context) => {
    const { client, modelId, modelName } = context;
    const services = await client.services();
    const mine = services.find((service) => service.modelId === modelId && service.state !== 'deleting');
    context.serviceName = mine?.name ?? freeName(modelName, services);
    return mine && (await serves(client, mine)) ? `${mine.name} is ready` : undefined;
  },
  apply: async ({ client, modelId, serviceName }, tell, signal) => {
    const present = (await client.services()).find(({ name }) => name === serviceName);
    if (present?.state === 'failed') await remove(client, present, tell, signal);
    const reusable = present && present.state !== 'failed' ? present : undefined;
    const service = reusable ?? (await client.createService({ name: serviceName, modelId, mode: 'cpu', engine: 'llama-cpp', parallel: PARALLEL }));
    await untilServed(client, service.id, tell, signal);
  },
  verify: async ({ client, serviceName }) => {
    const service = (await client.services()).find(({ name }) => name === serviceName);
    const nodes = service?.instances.filter(({ ready }) => ready).map(({ nodeName }) => nodeName ?? '?');
    return `${serviceName} on ${nodes?.join(', ') ?? '?'}, engine ${service?.engine ?? '?'}`;
  },
};

function freeName(wanted: string, services: readonly Service[]): string {
  const taken = new Set(services.map(({ name }) => name));
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) name = `${wanted}-${number}`;
  return name;
}

/** Asks the engines themselves: right after a start, "ready" is what was true before it. */
async function serves(client: ControlClient, service: Service): Promise<boolean> {
  for (const instance of service.instances) if (instance.ready && (await client.answers(instance.id))) return true;
  return false;
}

async function remove(client: ControlClient, service: Service, tell: (what: string) => void, signal: AbortSignal): Promise<void> {
  await client.deleteService(service.id);
  const end = performance.now() + DELETE_MS;
  while (performance.now() < end && (await client.services()).some(({ id }) => id === service.id)) {
    tell(`removing ${service.name}, which had failed`);
    await sleep(EVERY_MS, signal);
    signal.throwIfAborted();
  }
}

async function untilServed(client: ControlClient, id: string, tell: (what: string) => void, signal: AbortSignal): Promise<void> {
  const end = performance.now() + DEPLOY_MS;
  while (performance.now() < end) {
    signal.throwIfAborted();
    const service = await client.service(id);
    if (await serves(client, service)) return;
    if (service.state === 'failed') throw new UserError(await whyFailed(client, service));
    tell([service.phase || service.state, service.percent === null ? '' : `${Math.round(service.percent)} %`, service.message].filter(Boolean).join(', '));
    await sleep(EVERY_MS, signal);
  }
  throw new UserError(`the service was not ready within ${DEPLOY_MS / 60_000} minutes: ${await whyFailed(client, await client.service(id))}`);
}

async function whyFailed(client: ControlClient, service: Service): Promise<string> {
  const instance = service.instances.at(-1);
  const log = instance ? await client.instanceLog(instance.id, SHOWN_LINES).catch(() => []) : [];
  const reason = instance ? `${instance.message} ${instance.reason ? `(${instance.reason})` : ''}` : service.message;
  return [`service ${service.name}: ${reason.trim() || service.state}`, ...log.map(({ text }) => `    ${text}`)].join('\n');
}
