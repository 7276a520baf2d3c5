import type { Gpu, Node, Plan } from '../../api';
import type { DeployDraft } from './deploy-draft';
import type { NodeOption } from './placement-options';

export type PlanCard = Plan['cards'][number];

/** Where something is to run, as far as a person decided it. */
export type Place = Pick<DeployDraft, 'mode' | 'nodeIds' | 'cards'>;

export interface CardRow {
  readonly gpu: Gpu;
  /** `GPU_0`, as the guide writes it. */
  readonly label: string;
  readonly checked: boolean;
  /** The plan takes it although nobody ticked it. */
  readonly planned: boolean;
  /** What the plan says of it; null while no plan has looked at it. */
  readonly verdict: PlanCard | null;
  /** The plan refuses it for a reason that ticking does not mend. */
  readonly barred: boolean;
}

export interface NodeRow {
  readonly option: NodeOption;
  readonly checked: boolean;
  /** Some of its cards were ticked, not all. */
  readonly partly: boolean;
  readonly planned: boolean;
  readonly cards: readonly CardRow[];
  /** Why the plan does not use the node; null where it has nothing against it. */
  readonly rejection: Plan['rejected'][number] | null;
}

/** Reasons that say nothing against a card itself: it may be ticked. */
const tickable = new Set(['chosen', 'not-needed', 'less-busy', 'too-small', 'group-incomplete', 'not-divisible', 'uneven-cards', 'other-kind', 'cards-busy', 'card-unknown', 'engine-missing']);

/** Nodes with their cards as the tree of the wizard shows them. */
export function nodeTree(options: readonly NodeOption[], draft: Place, plan: Plan | null): readonly NodeRow[] {
  const verdicts = new Map((plan?.cards ?? []).map((card) => [card.uuid, card]));
  const placed = new Set((plan?.placements ?? []).map(({ nodeId }) => nodeId));
  return options.map((option) => {
    const { node } = option;
    const ticked = draft.cards.find(({ nodeId }) => nodeId === node.id)?.gpuUuids ?? [];
    const checked = draft.nodeIds.includes(node.id);
    const cards = draft.mode === 'cpu' ? [] : [...node.gpus].sort((a, b) => a.index - b.index).map((gpu) => cardRow(gpu, ticked, verdicts.get(gpu.uuid) ?? null));
    return { option, checked, partly: checked && ticked.length > 0 && ticked.length < node.gpus.length, planned: placed.has(node.id) && !checked, cards, rejection: plan?.rejected.find(({ nodeId }) => nodeId === node.id) ?? null };
  });
}

function cardRow(gpu: Gpu, ticked: readonly string[], verdict: PlanCard | null): CardRow {
  const checked = ticked.includes(gpu.uuid);
  return { gpu, label: `GPU_${gpu.index}`, checked, planned: !checked && (verdict?.chosen ?? false), verdict, barred: gpu.quarantine !== null || (verdict !== null && !tickable.has(verdict.reasonCode)) };
}

/** Ticking a node takes all of it: its cards are the plan's choice. Unticking drops its cards too. */
export function withNode<P extends Place>(draft: P, nodeId: string, on: boolean): P {
  const nodeIds = draft.nodeIds.filter((id) => id !== nodeId);
  return { ...draft, nodeIds: on ? [...nodeIds, nodeId] : nodeIds, cards: draft.cards.filter((choice) => choice.nodeId !== nodeId) };
}

/** Ticking a card names its node; unticking the last one leaves the node with the plan's choice of cards. */
export function withCard<P extends Place>(draft: P, { id, gpus }: Node, uuid: string, on: boolean): P {
  const before = draft.cards.find(({ nodeId }) => nodeId === id)?.gpuUuids ?? [];
  const wanted = new Set(on ? [...before, uuid] : before.filter((each) => each !== uuid));
  const gpuUuids = [...gpus].sort((a, b) => a.index - b.index).map((gpu) => gpu.uuid).filter((each) => wanted.has(each));
  const named = draft.nodeIds.includes(id) ? draft.nodeIds : [...draft.nodeIds, id];
  const others = draft.cards.filter(({ nodeId }) => nodeId !== id);
  return { ...draft, nodeIds: named, cards: gpuUuids.length === 0 ? others : [...others, { nodeId: id, gpuUuids }] };
}

/** `node17:GPU_2` of everything that was ticked; a node alone where its cards are open. */
export function placeChips(draft: Pick<Place, 'nodeIds' | 'cards'>, nodes: readonly Node[]): readonly string[] {
  return draft.nodeIds.flatMap((id) => {
    const node = nodes.find((each) => each.id === id);
    if (!node) return [];
    const uuids = draft.cards.find(({ nodeId }) => nodeId === id)?.gpuUuids ?? [];
    return uuids.length === 0 ? [node.name] : uuids.map((uuid) => `${node.name}:GPU_${node.gpus.find((gpu) => gpu.uuid === uuid)?.index ?? '?'}`);
  });
}
