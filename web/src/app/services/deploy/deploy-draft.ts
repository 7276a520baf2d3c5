import type { Plan, Scaling, Service, ServiceRequest } from '../../api';

export type Mode = Plan['mode'];
export type EngineId = NonNullable<Plan['engine']>;
export type CardChoice = ServiceRequest['cards'][number];

/** What a person has decided so far. `null` means: leave it to the plan. */
export interface DeployDraft {
  readonly name: string;
  readonly modelId: string | null;
  readonly mode: Mode | null;
  readonly engine: EngineId | null;
  readonly nodeIds: readonly string[];
  /** Cards of chosen nodes; a node without an entry leaves its cards to the plan. */
  readonly cards: readonly CardChoice[];
  readonly contextLength: number | null;
  readonly parallel: number | null;
  readonly parameters: string;
  readonly networkInterface: string | null;
  readonly replaceAfterMinutes: number | null;
  readonly scaling: Scaling | null;
}

export const emptyDraft: DeployDraft = {
  name: '', modelId: null, mode: null, engine: null, nodeIds: [], cards: [], contextLength: null, parallel: null, parameters: '', networkInterface: null, replaceAfterMinutes: null, scaling: null,
};

/** The fields the plan fills in by itself when nobody sets them. */
export type DerivedField = 'mode' | 'engine' | 'contextLength' | 'parallel';

export function isChanged(draft: DeployDraft, field: DerivedField): boolean {
  return draft[field] !== null;
}

export function resetField(draft: DeployDraft, field: DerivedField): DeployDraft {
  return { ...draft, [field]: null };
}

/** What a derived field is at the moment: the person's value, else the plan's, else unknown. */
export function effectiveValue<F extends DerivedField>(draft: DeployDraft, plan: Plan | null, field: F): DeployDraft[F] | null {
  return draft[field] ?? ((plan?.[field] ?? null) as DeployDraft[F] | null);
}

/** Another model has other limits, so what was derived from the last one goes; the name and the place stay. */
export function withModel(draft: DeployDraft, modelId: string): DeployDraft {
  if (draft.modelId === modelId) return draft;
  return { ...draft, modelId, engine: null, contextLength: null, parallel: null };
}

/** An engine chosen for one mode rarely serves another one; nodes that cannot serve the mode are dropped. */
export function withMode(draft: DeployDraft, mode: Mode | null, eligibleNodeIds: ReadonlySet<string>): DeployDraft {
  if (draft.mode === mode) return draft;
  return {
    ...draft, mode, engine: null, nodeIds: draft.nodeIds.filter((id) => eligibleNodeIds.has(id)),
    cards: mode === 'cpu' ? [] : draft.cards.filter(({ nodeId }) => eligibleNodeIds.has(nodeId)),
    networkInterface: mode === 'single' || mode === 'cpu' ? null : draft.networkInterface,
  };
}

/** A draft that deploys the same again under another name; the place is open, as the first one stands on its own. */
export function draftLike(service: Service, names: ReadonlySet<string>): DeployDraft {
  return {
    ...emptyDraft, name: freeName(service.name, names), modelId: service.modelId, mode: service.mode, engine: service.engine, contextLength: service.contextLength, parallel: service.parallel,
    parameters: service.parameters, networkInterface: service.networkInterface, replaceAfterMinutes: service.replaceAfterMinutes, scaling: service.scaling,
  };
}

function freeName(name: string, names: ReadonlySet<string>): string {
  for (let number = 2; ; number += 1) {
    const tail = `-${number}`;
    const candidate = `${name.slice(0, 64 - tail.length)}${tail}`;
    if (!names.has(candidate)) return candidate;
  }
}

/** True when leaving the page would lose something typed or chosen since it was opened with `start`. */
export function isDirty(draft: DeployDraft, start: DeployDraft = emptyDraft): boolean {
  const kept = ({ name, parameters, ...rest }: DeployDraft) => JSON.stringify([name.trim(), parameters.trim(), rest]);
  return kept(draft) !== kept(start);
}

/** The request for `POST /services` and `POST /services/plan`; null until a model is chosen. */
export function toRequest(draft: DeployDraft): ServiceRequest | null {
  if (draft.modelId === null) return null;
  return {
    name: draft.name.trim(),
    modelId: draft.modelId,
    parameters: draft.parameters.trim(),
    nodeIds: [...draft.nodeIds],
    instances: 1,
    cards: [...draft.cards],
    replaceAfterMinutes: draft.replaceAfterMinutes,
    scaling: draft.scaling,
    networkInterface: draft.networkInterface,
    ...(draft.mode !== null && { mode: draft.mode }),
    ...(draft.engine !== null && { engine: draft.engine }),
    ...(draft.contextLength !== null && { contextLength: draft.contextLength }),
    ...(draft.parallel !== null && { parallel: draft.parallel }),
  };
}
