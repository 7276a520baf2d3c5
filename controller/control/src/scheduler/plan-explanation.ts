import { judgeCards } from './card-verdicts.js';
import { bytesText, kvBytesPerToken } from './memory-estimate.js';
import { unusable, type Question, type Seat } from './placement.js';
import type { Rejection } from './plan-deployment.js';
import type { Plan, PlanModel, PlanNode, PlanNote } from './plan-types.js';

/** Lengths that people think in; those a model can do are shown. */
const SHOWN_CONTEXTS = [4_096, 8_192, 32_768, 131_072];
/** What nobody reads any more; `cards` then leaves out nodes that are not chosen. */
const MAX_CARDS = 512;

/** Where nothing else is said, another interface is what helps. */
const OF_INTERFACE = new Set(['no-interface', 'group-incomplete', 'no-group']);

/** How many chats the memory left for the KV cache holds, by length. The engine takes its whole share, so all of it counts. */
export function parallelChats({ perCard, budgetBytes }: Seat, model: PlanModel, contextLength: number, parallel: number): Plan['parallelChats'] {
  if (!model.shape || perCard.kvCacheBytes === 0) return [];
  const perTokenOnCard = perCard.kvCacheBytes / (contextLength * parallel);
  const room = budgetBytes - perCard.weightsBytes - perCard.activationBytes - perCard.overheadBytes;
  const most = model.contextLength ?? Infinity;
  const lengths = [...new Set([...SHOWN_CONTEXTS.filter((length) => length <= most), contextLength])].sort((a, b) => a - b);
  return lengths.map((length) => ({ contextLength: length, chats: Math.max(0, Math.floor((room / (perTokenOnCard * length)) * 10) / 10) }));
}

/** Every card of the nodes that were asked about: chosen, or why not. */
export function cardViews(nodes: readonly PlanNode[], seats: readonly Seat[], rejected: readonly Rejection[], question: Question): Plan['cards'] {
  const seatOf = new Map(seats.map((seat) => [seat.node.id, seat]));
  const reasonOf = new Map(rejected.map(({ node, reason }) => [node.id, reason]));
  const shown = nodes.reduce((sum, { cards }) => sum + cards.length, 0) > MAX_CARDS ? nodes.filter(({ id }) => seatOf.has(id)) : nodes;
  return shown.flatMap((node) => {
    const chosen = new Set(seatOf.get(node.id)?.cards.map(({ card }) => card.uuid));
    const whole = unusable(node, question.engine) ?? (seatOf.has(node.id) ? undefined : reasonOf.get(node.id));
    return judgeCards(node, question.model, question.engine.id, question.share).map(({ card, reason }) => {
      const why = chosen.has(card.uuid) ? undefined : (reason ?? whole);
      const [code, text] = chosen.has(card.uuid) ? ['chosen', ''] : why ? [why.code, reason ? why.text : `${node.name} ${why.text}`] : ['not-needed', 'is free, but fewer cards are enough'];
      return {
        nodeId: node.id, nodeName: node.name, uuid: card.uuid, index: card.index, name: card.name, memoryBytes: card.memoryBytes, freeBytes: Math.max(0, card.memoryBytes - (card.usedBytes ?? 0)),
        chosen: chosen.has(card.uuid), reasonCode: code ?? '', reason: text ?? '',
      };
    });
  });
}

export function contextNotes(contextLength: number, model: PlanModel): PlanNote[] {
  if (model.contextLength === null || contextLength <= model.contextLength) return [];
  return [{ level: 'error', code: 'context-too-long', field: 'contextLength', message: `the model was made for ${model.contextLength} tokens, asked are ${contextLength}` }];
}

/** What the cards do to the data type, said before somebody wonders. */
export function dataTypeNotes(seats: readonly Seat[], halved: boolean): PlanNote[] {
  const kinds = new Set(seats.flatMap(({ cards }) => cards.map(({ dataType }) => dataType.kind)));
  const name = seats[0]?.cards[0]?.card.name ?? '';
  const notes: PlanNote[] = [];
  if (halved) notes.push({ level: 'info', code: 'dtype-half', field: null, message: `${name} cannot compute with bfloat16: half precision is used (--dtype half)` });
  if (kinds.has('fp8-weights-only')) notes.push({ level: 'warning', code: 'fp8-weights-only', field: null, message: `${name} unpacks FP8 weights to 16 bit for computing: right, but no faster` });
  return notes;
}

export function seatNotes(rejected: readonly Rejection[], seats: readonly Seat[], model: PlanModel, contextLength: number, parallel: number): PlanNote[] {
  const [seat] = seats;
  if (!seat) {
    const reasons = rejected.slice(0, 20).map(({ node, reason }) => `${node.name} ${reason.text}`).join('; ');
    const unreachable = rejected.some(({ reason }) => reason.code === 'no-interface') && rejected.every(({ reason }) => OF_INTERFACE.has(reason.code));
    return [{ level: 'error', code: 'no-node', field: unreachable ? 'networkInterface' : 'nodeIds', message: reasons === '' ? 'no node was found; add one first' : `no node can carry it: ${reasons}` }];
  }
  if (!model.shape) return [{ level: 'warning', code: 'shape-unknown', field: null, message: 'the files do not tell how the model is built: the memory for chats is a guess' }];
  const chats = parallelChats(seat, model, contextLength, parallel).find((one) => one.contextLength === contextLength)?.chats ?? 0;
  const perChat = kvBytesPerToken(model.shape) * contextLength;
  return [{ level: 'info', code: 'capacity', field: null, message: `at ${contextLength} tokens of context the memory holds about ${Math.floor(chats)} parallel chats (${bytesText(perChat)} each)` }];
}
