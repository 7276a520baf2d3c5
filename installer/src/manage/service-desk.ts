import { sleep } from '@openstation/kit';
import { UserError } from '../install/index.js';
import type { Model, Node, Service } from '../rest/index.js';
import { named, type Desk } from './desk.js';
import { scalingFrom } from './scaling-words.js';
import { percent } from './words.js';
import { readYaml } from './yaml-file.js';

const EX_DATAERR = 65;

/** @throws UserError naming the services there are */
export async function findService({ client }: Desk, wanted: string): Promise<Service> {
  return named('service', await client.get<Service[]>('/services'), wanted);
}

/** Cards by the numbers that `node show` gives them. @throws UserError naming the cards there are */
export function cardsOf(known: readonly Node[], wanted: Readonly<Record<string, readonly number[]>>): { nodeId: string; gpuUuids: string[] }[] {
  return Object.entries(wanted).map(([name, indexes]) => {
    const { id, gpus } = named('node', known, name);
    const gpuUuids = indexes.map((index) => {
      const card = gpus.find((one) => one.index === index);
      if (!card) throw new UserError(`${name} has no card ${index}${gpus.length > 0 ? `; it has ${gpus.map((one) => one.index).join(', ')}` : ' at all'}`, EX_DATAERR);
      return card.uuid;
    });
    return { nodeId: id, gpuUuids };
  });
}

/** A YAML file in the words of the REST API, with names where that has ids: `model:`, `nodes:` and `cards: { gpu-1: [0, 1] }`. @throws UserError */
export async function wishFrom(desk: Desk, file: string): Promise<object> {
  const content = await readYaml(desk, file, 'name: chat" and "model: Qwen3-8B');
  const { model, nodes, cards, scaling, ...wish } = content;
  const modelId = typeof model === 'string' ? named('model', await desk.client.get<Model[]>('/models'), model).id : undefined;
  const byNumber = typeof cards === 'object' && cards !== null && !Array.isArray(cards);
  const known = nodes === undefined && !byNumber ? [] : await desk.client.get<Node[]>('/nodes');
  const nodeIds = Array.isArray(nodes) ? nodes.map((name) => named('node', known, String(name)).id) : undefined;
  const scaled = scaling === undefined ? {} : { scaling: scalingFrom(file, scaling) };
  return { ...wish, ...scaled, ...(modelId === undefined ? {} : { modelId }), ...(nodeIds === undefined ? {} : { nodeIds }), ...(cards === undefined ? {} : { cards: byNumber ? cardsOf(known, numbersOf(file, cards)) : cards }) };
}

function numbersOf(file: string, cards: object): Record<string, number[]> {
  const wrong = Object.values(cards).some((indexes) => !Array.isArray(indexes) || !indexes.every(Number.isInteger));
  if (wrong) throw new UserError(`${file}: cards: must give numbers of cards by node, such as "gpu-1: [0, 1]"`, EX_DATAERR);
  return cards as Record<string, number[]>;
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
