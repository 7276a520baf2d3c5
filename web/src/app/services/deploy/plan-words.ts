import type { Model, Plan } from '../../api';
import type { Note } from './plan-summary';

/** A translation key with what goes into it. */
export interface Words {
  readonly key: string;
  readonly values: Readonly<Record<string, string | number>>;
}

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

/** Sentences of the planner about a node, with the parts that vary. They come as prose, so unknown ones stay as they came. */
const reasons: readonly { readonly sentence: RegExp; readonly key: string; readonly parts: readonly string[] }[] = [
  { sentence: /^has not connected yet$/, key: 'joining', parts: [] },
  { sentence: /^is joining$/, key: 'joining', parts: [] },
  { sentence: /^is suspect$/, key: 'suspect', parts: [] },
  { sentence: /^is unreachable$/, key: 'unreachable', parts: [] },
  { sentence: /^is removed$/, key: 'removed', parts: [] },
  { sentence: /^has not told what it is made of yet$/, key: 'unknownHardware', parts: [] },
  { sentence: /^does not offer (.+); it offers (.+) \(its policy file decides\)$/, key: 'noEngine', parts: ['engine', 'offers'] },
  { sentence: /^has no GPU( card)?$/, key: 'noGpu', parts: [] },
  { sentence: /^needs (.+), free are (.+?) of (.+?)(?:, (.+) promised to other instances)?$/, key: 'memory', parts: ['need', 'free', 'total'] },
  { sentence: /^none of its (\d+) cards is free$/, key: 'noFreeCard', parts: ['count'] },
  { sentence: /^has no free card$/, key: 'noFreeCardGroup', parts: [] },
  { sentence: /^another node of the group has no free card$/, key: 'groupNoFreeCard', parts: [] },
  { sentence: /^on (\d+) of its (\d+) free cards it needs (.+) a card, usable are (.+)$/, key: 'cardMemory', parts: ['used', 'free', 'need', 'room'] },
  { sentence: /^would fit \((.+) free\), but (.*) is less busy$/, key: 'lessBusy', parts: ['free', 'other'] },
];

/** Why a node is not used, in the console's language; null for a sentence that this console does not know. */
export function reasonWords(reason: string): Words | null {
  for (const { sentence, key, parts } of reasons) {
    const found = sentence.exec(reason);
    if (found) return words(`rejectedBecause.${key}`, Object.fromEntries(parts.map((part, index) => [part, found[index + 1] ?? ''])));
  }
  return null;
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
