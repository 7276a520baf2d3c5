import { sleep } from '@openstation/kit';
import { UserError } from '../install/index.js';
import type { Model, Node, Service } from '../rest/index.js';
import { named, type Desk } from './desk.js';
import { percent } from './words.js';
import { readYaml } from './yaml-file.js';

/** @throws UserError naming the services there are */
export async function findService({ client }: Desk, wanted: string): Promise<Service> {
  return named('service', await client.get<Service[]>('/services'), wanted);
}

/** A YAML file in the words of the REST API, with names where that has ids: `model:` and `nodes:`. @throws UserError */
export async function wishFrom(desk: Desk, file: string): Promise<object> {
  const content = await readYaml(desk, file, 'name: chat" and "model: Qwen3-8B');
  const { model, nodes, ...wish } = content;
  const modelId = typeof model === 'string' ? named('model', await desk.client.get<Model[]>('/models'), model).id : undefined;
  const known = nodes === undefined ? [] : await desk.client.get<Node[]>('/nodes');
  const nodeIds = Array.isArray(nodes) ? nodes.map((name) => named('node', known, String(name)).id) : undefined;
  return { ...wish, ...(modelId === undefined ? {} : { modelId }), ...(nodeIds === undefined ? {} : { nodeIds }) };
}

/** Follows a service until it is ready. @throws UserError when it failed */
export async function untilReady(desk: Desk, id: string): Promise<Service> {
  let said = '';
  for (;;) {
    const service = await desk.client.get<Service>(`/services/${id}`);
    const now = `  ${service.state} ${progress(service)}`;
    if (now !== said) desk.note(`${now}\n`);
    said = now;
    if (service.state === 'ready' && service.readyInstances >= service.wantedInstances) return service;
    if (service.state === 'failed') throw new UserError(`${service.name} could not be started: ${service.message}`, 1);
    await sleep(700, desk.signal);
  }
}

export function progress({ percent: done, phase }: Service): string {
  return done === null ? '-' : `${percent(done)} ${phase}`;
}
