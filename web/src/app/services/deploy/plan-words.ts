import type { Model, Plan } from '../../api';
import type { Words } from '../../wording';
import type { Note } from './plan-summary';

/** Words for a note of the plan in the console's language; null where only the server's own words exist. */
export function noteWords(note: Note, plan: Plan | null, model: Model | null): Words | null {
  switch (note.code) {
    case 'engine-format':
      return words('note.engineFormat', { format: model?.format ?? '' });
    case 'engine-hardware':
      return words('note.engineHardware');
    case 'engine-distributed':
      return words('note.engineDistributed');
    case 'context-too-long':
      return model?.contextLength && plan ? words('note.contextTooLong', { limit: model.contextLength, asked: plan.contextLength }) : null;
    case 'no-node':
      return plan ? words(plan.rejected.length > 0 ? 'note.noNode' : 'note.noNodeAtAll') : null;
    default:
      return null;
  }
}

/**
 * Chats that fit into the memory where the instance would go; null where the plan cannot tell (the server says so by
 * leaving its `capacity` note out). The plan's KV cache is for its `parallel` chats, so one needs that part of it.
 */
export function chatsThatFit(plan: Plan): number | null {
  if (!plan.fits || !plan.notes.some(({ code }) => code === 'capacity') || plan.memory.kvCacheBytes <= 0) return null;
  const room = plan.placements.reduce((sum, { availableBytes }) => sum + availableBytes, 0) - plan.memory.totalBytes + plan.memory.kvCacheBytes;
  return Math.max(0, Math.floor(room / (plan.memory.kvCacheBytes / plan.parallel)));
}

/** The nodes a refused deployment names in its details, each with its reason; empty where it names none. */
export function rejectedIn(details: Readonly<Record<string, unknown>>): Plan['rejected'] {
  const { rejected } = details;
  if (!Array.isArray(rejected)) return [];
  return rejected.filter((one: unknown): one is Plan['rejected'][number] => typeof one === 'object' && one !== null && 'nodeName' in one && 'reason' in one && typeof one.reason === 'string');
}

function words(key: string, values: Words['values'] = {}): Words {
  return { key: `services.plan.${key}`, values };
}
