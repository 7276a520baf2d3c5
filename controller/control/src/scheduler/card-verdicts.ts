import { OLDEST_CAPABILITY, capabilityOf, dataTypeOn, type DataTypeVerdict } from './compute-capability.js';
import { bytesText } from './memory-estimate.js';
import type { PlanCard, PlanModel, PlanNode } from './plan-types.js';
import { because, type Reason } from './reasons.js';

/** A card before the question how many are needed: free for this model, or why not. */
export interface CardVerdict {
  readonly card: PlanCard;
  readonly reason: Reason | undefined;
  readonly dataType: DataTypeVerdict;
}

/** Judges the cards of a node one by one. `share` is the part of a card that the engine takes. */
export function judgeCards({ cards }: PlanNode, model: PlanModel, engine: string, share: number): readonly CardVerdict[] {
  const oldest = engine === 'sglang' || engine === 'llama-cpp-gpu' ? OLDEST_CAPABILITY[engine] : OLDEST_CAPABILITY.vllm;
  return cards.map((card) => {
    const capability = capabilityOf(card);
    const dataType = dataTypeOn(capability, model, oldest);
    return { card, dataType, reason: reasonAgainst(card, share) ?? ofDataType(dataType, card, capability) };
  });
}

function reasonAgainst({ taken, quarantine, memoryBytes, usedBytes }: PlanCard, share: number): Reason | undefined {
  if (quarantine !== undefined) return because('quarantine', `is in quarantine (${quarantine})`);
  if (taken) return because('taken', 'carries another instance');
  const freeBytes = memoryBytes - (usedBytes ?? 0);
  const wanted = memoryBytes * share;
  if (freeBytes >= wanted) return undefined;
  return because('in-use', `has ${bytesText(freeBytes)} of ${bytesText(memoryBytes)} free, an engine takes ${Math.round(share * 100)} %: other programs use it`, { freeBytes, memoryBytes, neededBytes: wanted });
}

function ofDataType(verdict: DataTypeVerdict, { name }: PlanCard, capability: number | undefined): Reason | undefined {
  if (verdict.kind !== 'refused') return undefined;
  const numbers = { has: capability ?? 0, needs: verdict.needs };
  if (verdict.code === 'fp8') return because('fp8', `${name} has compute capability ${capability ?? '?'}: FP8 weights need ${verdict.needs}`, numbers);
  return because('card-too-old', `${name} has compute capability ${capability ?? '?'}, the engine needs ${verdict.needs}`, numbers);
}

/** Free cards that can work together: the same kind, the largest first within equal counts. */
export function equalCards(verdicts: readonly CardVerdict[]): readonly (readonly CardVerdict[])[] {
  const kinds = new Map<string, CardVerdict[]>();
  for (const verdict of verdicts) {
    if (verdict.reason) continue;
    const kind = `${verdict.card.name} ${Math.round(verdict.card.memoryBytes / 2 ** 30)}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), verdict]);
  }
  return [...kinds.values()];
}
