import type { Plan, ServiceRequest } from '../../api';

export type Mode = Plan['mode'];
export type EngineId = NonNullable<Plan['engine']>;

/** What a person has decided so far. `null` means: leave it to the plan. */
export interface DeployDraft {
  readonly name: string;
  readonly modelId: string | null;
  readonly mode: Mode | null;
  readonly engine: EngineId | null;
  readonly nodeIds: readonly string[];
  readonly contextLength: number | null;
  readonly parallel: number | null;
  readonly parameters: string;
}

export const emptyDraft: DeployDraft = {
  name: '', modelId: null, mode: null, engine: null, nodeIds: [], contextLength: null, parallel: null, parameters: '',
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
  return { ...draft, mode, engine: null, nodeIds: draft.nodeIds.filter((id) => eligibleNodeIds.has(id)) };
}

/** True when leaving the page would lose something typed or chosen since it was opened with `start`. */
export function isDirty(draft: DeployDraft, start: DeployDraft = emptyDraft): boolean {
  return (
    draft.name.trim() !== start.name || draft.modelId !== start.modelId || draft.parameters.trim() !== start.parameters ||
    draft.nodeIds.join() !== start.nodeIds.join() || (['mode', 'engine', 'contextLength', 'parallel'] as const).some((field) => draft[field] !== start[field])
  );
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
    cards: [],
    replaceAfterMinutes: null,
    scaling: null,
    networkInterface: null,
    ...(draft.mode !== null && { mode: draft.mode }),
    ...(draft.engine !== null && { engine: draft.engine }),
    ...(draft.contextLength !== null && { contextLength: draft.contextLength }),
    ...(draft.parallel !== null && { parallel: draft.parallel }),
  };
}
