import type { Plan, PlanModel, PlanNode, PlanNote, PlanRequest } from './plan-types.js';

export const GGUF_ON_CARDS = 'llama-cpp-gpu';
const GGUF_ON_CPU = 'llama-cpp';

/** Whether nobody said if the files are to run on cards or on processors, and both could be. */
export function isOpenPlace({ mode, engine, nodeIds, cards = [] }: PlanRequest, { format }: PlanModel, nodes: readonly PlanNode[]): boolean {
  if (format !== 'gguf' || mode !== undefined || engine !== undefined || cards.length > 0) return false;
  return candidatesOf(nodeIds, nodes).some(offersCards);
}

/**
 * Cards that are there are used: one card that holds the model, or as many of a named node as it takes. Nobody's request
 * for a small model takes several cards of a cluster where processors do; they do when nothing else holds it.
 */
export function placeOfGguf({ nodeIds }: PlanRequest, nodes: readonly PlanNode[], onCards: Plan, planOnCpu: () => Plan): Plan {
  if (onCards.fits && (nodeIds.length > 0 || onCards.placements[0]?.gpuUuids.length === 1)) return onCards;
  const onCpu = planOnCpu();
  if (onCpu.fits) return { ...onCpu, notes: [...onCpu.notes, ...whyNoCards(onCards)] };
  const cardsOnly = !candidatesOf(nodeIds, nodes).some(({ engines }) => engines.includes(GGUF_ON_CPU));
  return onCards.fits || cardsOnly ? onCards : onCpu;
}

/** The node that has cards tells the most; others only say that they have none. */
function whyNoCards({ fits, placements, rejected, notes }: Plan): PlanNote[] {
  const refused = rejected.find(({ code }) => code !== 'no-gpu' && code !== 'engine-missing');
  const problem = notes.find(({ level, code }) => level === 'error' && code !== 'no-node');
  const reason = fits ? `it would take ${placements[0]?.gpuUuids.length ?? 0} cards of ${placements[0]?.nodeName ?? ''}` : (problem?.message ?? (refused && `${refused.nodeName} ${refused.reason}`));
  return reason === undefined ? [] : [{ level: 'info', code: 'cards-not-taken', field: null, message: `processors are used, no cards: ${reason}` }];
}

function candidatesOf(nodeIds: readonly string[], nodes: readonly PlanNode[]): readonly PlanNode[] {
  return nodeIds.length === 0 ? nodes : nodes.filter(({ id }) => nodeIds.includes(id));
}

function offersCards({ cards, engines }: PlanNode): boolean {
  return cards.length > 0 && engines.includes(GGUF_ON_CARDS);
}
