import { ApiError } from '../http/index.js';
import { isEnded, type InstanceRow } from '../instances/index.js';
import type { ModelRow } from '../models/index.js';
import type { Plan } from '../scheduler/index.js';
import { isTimeZone, type Scaling } from './scaling.machine.js';
import type { ServiceSlot } from './service-slot.js';
import type { ServiceRow } from './services.store.js';

/** @throws ApiError when the model is not ready, or would run code nobody allowed */
export function requireUsable(now: ModelRow | undefined, { name }: ModelRow): void {
  if (now?.state !== 'ready') throw new ApiError('conflict', `the model ${name} is ${now?.state ?? 'being deleted'}, not ready`, { field: 'modelId' });
  if (now.codeFiles !== null && now.codeApprovedBy === null) {
    throw new ApiError('conflict', `the model ${name} runs code of its own when it is loaded (${now.codeFiles.slice(0, 3).join(', ')}): an administrator must approve that first`, { field: 'modelId' });
  }
}

/** @throws ApiError naming a chosen node that is not there */
export function requireKnown(nodes: readonly { readonly id: string }[], { nodeIds, cards }: Pick<Required<ServiceSlot>, 'nodeIds' | 'cards'>): void {
  const known = new Set(nodes.map(({ id }) => id));
  for (const [field, ids] of [['nodeIds', nodeIds], ['cards', cards.map(({ nodeId }) => nodeId)]] as const) {
    const strange = ids.find((id) => !known.has(id));
    if (strange !== undefined) throw new ApiError('bad-request', `no node has the id ${strange}`, { field });
  }
}

/** @throws ApiError naming the field that stands in the way */
export function requireFit(plan: Plan): ServiceRow['engine'] {
  const [problem] = plan.notes.filter(({ level }) => level === 'error');
  if (problem || !plan.fits || plan.engine === null) {
    const code = problem?.code === 'parameter' ? 'bad-request' : 'invalid';
    throw new ApiError(code, problem?.message ?? 'nothing fits', { ...(problem?.field ? { field: problem.field } : {}), details: { rejected: plan.rejected, memory: plan.memory } });
  }
  return plan.engine;
}

/**
 * Another try makes sense only where one failed. With a change also while the next try is already on its way.
 * @throws ApiError saying how it stands instead
 */
export function requireFailure({ name, slots, stoppedAt }: Pick<ServiceRow, 'name' | 'slots' | 'stoppedAt'>, rows: readonly Pick<InstanceRow, 'slot' | 'desired' | 'state' | 'ready' | 'readyAt' | 'attempt'>[], changed: boolean): void {
  if (stoppedAt !== null) throw new ApiError('conflict', `${name} is stopped: start it`);
  const living = rows.filter(({ desired }) => desired === 'run');
  if (living.some(({ state }) => state === 'failed')) return;
  const trying = living.find(({ state, readyAt, attempt }) => attempt > 0 && readyAt === null && !isEnded(state));
  if (trying && changed) return;
  if (trying) throw new ApiError('conflict', `nothing of ${name} is failed now: instance ${trying.slot + 1} is being tried again already`);
  throw new ApiError('conflict', `nothing of ${name} failed: ${living.filter(({ ready }) => ready).length} of ${slots.length} instance(s) are ready`);
}

/** @throws ApiError naming what of the limits cannot be */
export function requireScaling(scaling: Scaling | null | undefined): void {
  if (!scaling) return;
  if (scaling.min > scaling.max) throw new ApiError('bad-request', `min (${scaling.min}) is more than max (${scaling.max})`, { field: 'scaling.min' });
  if (!isTimeZone(scaling.timeZone)) throw new ApiError('bad-request', `${scaling.timeZone} is no time zone: use a name like Europe/Berlin or UTC`, { field: 'scaling.timeZone' });
  if (scaling.zeroAfterMinutes !== null && scaling.min > 0) throw new ApiError('bad-request', `min is ${scaling.min}, so the last instance is never taken away: set min to 0, or leave zeroAfterMinutes empty`, { field: 'scaling.zeroAfterMinutes' });
}
