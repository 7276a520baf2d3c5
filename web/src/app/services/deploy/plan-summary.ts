import type { Plan } from '../../api';

export interface MemoryPart {
  readonly key: 'weights' | 'kvCache' | 'activation' | 'overhead';
  readonly bytes: number;
}

export interface PlanSummary {
  readonly nodes: number;
  readonly cards: number;
  readonly parts: readonly MemoryPart[];
  readonly neededBytes: number;
  /** Free memory where the instance would go; null while there is no such place. */
  readonly availableBytes: number | null;
  /** Needed ÷ available, 1 at most; null while the second is unknown. */
  readonly usedRatio: number | null;
}

/** The plan in the numbers the panel at the right shows. */
export function summarise(plan: Plan): PlanSummary {
  const nodes = new Set(plan.placements.map((placement) => placement.nodeId)).size;
  const cards = plan.placements.reduce((sum, placement) => sum + placement.gpuUuids.length, 0);
  const available = plan.placements.reduce((sum, placement) => sum + placement.availableBytes, 0);
  const availableBytes = available > 0 ? available : null;
  const needed = plan.memory.totalBytes;
  return {
    nodes,
    cards,
    parts: [
      { key: 'weights', bytes: plan.memory.weightsBytes },
      { key: 'kvCache', bytes: plan.memory.kvCacheBytes },
      { key: 'activation', bytes: plan.memory.activationBytes },
      { key: 'overhead', bytes: plan.memory.overheadBytes },
    ],
    neededBytes: needed,
    availableBytes,
    usedRatio: availableBytes === null ? null : Math.min(1, needed / availableBytes),
  };
}

export type Note = Plan['notes'][number];

/** Notes that belong beside an input, by its field; what names no shown field goes to `general`. */
export function notesByField(notes: readonly Note[], shown: readonly string[]): { readonly fields: ReadonlyMap<string, readonly Note[]>; readonly general: readonly Note[] } {
  const fields = new Map<string, Note[]>();
  const general: Note[] = [];
  for (const note of notes) {
    const field = note.field?.split('.')[0] ?? null;
    if (field !== null && shown.includes(field)) fields.set(field, [...(fields.get(field) ?? []), note]);
    else general.push(note);
  }
  return { fields, general };
}

/** Whether the wizard may go on with this plan. */
export function isAcceptable(plan: Plan | null): boolean {
  return plan !== null && plan.fits && plan.engine !== null && !plan.notes.some((note) => note.level === 'error');
}
