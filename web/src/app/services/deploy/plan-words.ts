import type { Model, Plan } from '../../api';
import { formatBytes } from '../../ui-kit';
import { reasonWords, type Words } from '../../wording';
import type { Note } from './plan-summary';

type Phrase = (note: Note, plan: Plan | null, model: Model | null) => Words | null;

const withCard = (key: string): Phrase => (_, plan) => {
  const card = plan?.cards.find(({ chosen }) => chosen)?.name;
  return card ? words(key, { card }) : null;
};

const notes: Readonly<Record<string, Phrase>> = {
  'engine-format': (_, __, model) => words('note.engineFormat', { format: model?.format ?? '' }),
  'engine-hardware': () => words('note.engineHardware'),
  'engine-distributed': () => words('note.engineDistributed'),
  'distributed-unavailable': () => words('note.distributedUnavailable'),
  'shape-unknown': () => words('note.shapeUnknown'),
  'dtype-half': withCard('note.dtypeHalf'),
  'fp8-weights-only': withCard('note.fp8WeightsOnly'),
  'context-too-long': (_, plan, model) => (model?.contextLength && plan ? words('note.contextTooLong', { limit: model.contextLength, asked: plan.contextLength }) : null),
  'cards-unused': () => words('note.cardsUnused'),
  'cards-not-taken': () => words('note.cardsNotTaken'),
  'no-node': (_, plan) => plan && words(plan.rejected.length > 0 ? 'note.noNode' : 'note.noNodeAtAll'),
  'distributed-would-fit': ({ message }) => {
    const found = /^it would fit on (\d+) cards of (.+): choose Distributed$/.exec(message);
    return found ? words('note.distributedWouldFit', { count: Number(found[1]), nodes: (found[2] ?? '').replaceAll(' and ', ', ') }) : null;
  },
  parameter: ({ message }) => parameterWords(message),
  'parameters-version': ({ message }) => parameterWords(message),
  'parameter-unlisted': ({ message }) => parameterWords(message),
  'parameter-outdated': ({ message }) => parameterWords(message),
};

/** Words for a note of the plan in the console's language; null where only the server's own words exist. */
export function noteWords(note: Note, plan: Plan | null, model: Model | null): Words | null {
  return notes[note.code]?.(note, plan, model) ?? null;
}

type Rejection = Pick<Plan['rejected'][number], 'code' | 'numbers' | 'reason'>;

const byteNumbers = new Set(['neededBytes', 'availableBytes', 'memoryBytes', 'freeBytes', 'reservedBytes']);
/** Codes with the numbers their words need. */
const codes: Readonly<Record<string, readonly string[]>> = {
  joining: [], silent: [], 'no-inventory': [], 'no-gpu': [], memory: ['neededBytes', 'availableBytes', 'memoryBytes'], 'card-unknown': ['chosen', 'found'], 'too-small': ['cards', 'neededBytes', 'availableBytes'],
  'not-divisible': ['cards'], 'cards-busy': ['cards'], 'less-busy': ['availableBytes'], 'group-incomplete': [], 'uneven-cards': [], 'other-kind': [], taken: [], quarantine: [], 'in-use': ['freeBytes', 'memoryBytes'],
  fp8: ['has', 'needs'], 'card-too-old': ['has', 'needs'], unavailable: [],
};

/** Why a node is not used, from code and numbers; the sentence where those do not suffice; null for what this console does not know. */
export function rejectionWords({ code, numbers, reason }: Rejection): Words | null {
  const needed = codes[code];
  if (!needed || needed.some((name) => typeof numbers[name] !== 'number')) return reasonWords(reason);
  // Only what its words say: equal sentences are then equal, whatever else the plan knows.
  const values = Object.fromEntries(Object.entries(numbers).filter(([name]) => needed.includes(name) || name === 'nodes').map(([name, value]) => [name.replace(/Bytes$/, ''), byteNumbers.has(name) ? formatBytes(value) : value]));
  return words(`reason.${code === 'too-small' && 'nodes' in numbers ? 'too-small-group' : code}`, values);
}

/** Why a card is not used, or that it is. */
export function cardWords(card: Plan['cards'][number]): Words | null {
  if (card.reasonCode === 'chosen' || card.reasonCode === 'not-needed') return words(`card.${card.reasonCode}`);
  if (card.reasonCode === 'card-too-old' || card.reasonCode === 'fp8') {
    const found = /capability (\S+?)[:,] .*needs? (\S+)$/.exec(card.reason);
    return found ? words(`reason.${card.reasonCode}`, { has: found[1] ?? '', needs: found[2] ?? '' }) : null;
  }
  if (['too-small', 'not-divisible', 'cards-busy', 'less-busy'].includes(card.reasonCode)) return words(`card.${card.reasonCode}`);
  return rejectionWords({ code: card.reasonCode, numbers: { freeBytes: card.freeBytes, memoryBytes: card.memoryBytes }, reason: card.reason });
}

const parameterSentences: readonly [RegExp, string, readonly string[]][] = [
  [/^(\S+) is given twice$/, 'twice', ['flag']],
  [/^(\S+) is a switch and takes no value$/, 'switch', ['flag']],
  [/^(\S+) needs (\S+) too$/, 'needsToo', ['flag', 'other']],
  [/^(\S+) needs a value$/, 'needsValue', ['flag']],
  [/^"(.+)" is not a parameter/, 'notOne', ['flag']],
  [/^(\S+) is not allowed: the platform reads/, 'metrics', ['flag']],
  [/^(\S+) is not allowed: it writes what people ask/, 'promptLog', ['flag']],
  [/^(\S+) is not allowed: it takes any text/, 'freeText', ['flag']],
  [/^(\S+) is not allowed/, 'notAllowed', ['flag']],
  [/^(\S+) follows from the chosen nodes/, 'planned', ['flag']],
  [/^(.+) does not know (\S+) here; did you mean (\S+)\?$/, 'unknownNear', ['engine', 'flag', 'near']],
  [/^(.+) does not know (\S+) here; (?:.*?)$/, 'unknown', ['engine', 'flag']],
  [/^(.+) does not know (\S+): passed on as it is$/, 'unlisted', ['engine', 'flag']],
  [/^(.+) knows no (\S+) for (\S+): passed on as it is$/, 'unlistedChoice', ['engine', 'choice', 'flag']],
  [/^(.+) still takes (\S+), but calls it outdated$/, 'outdated', ['engine', 'flag']],
  [/^checked against (.+), the engine says (.+): names and choices/, 'version', ['checked', 'running']],
  [/^(\S+) is in no list/, 'unlistedValue', ['flag']],
  [/^(\S+) must be one of (.+); did you mean (\S+)\?$/, 'oneOfNear', ['flag', 'choices', 'near']],
  [/^(\S+) must be one of (.+)$/, 'oneOf', ['flag', 'choices']],
  [/^(\S+) must be one plain word/, 'plainWord', ['flag']],
  [/^(\S+) must be a JSON object/, 'json', ['flag']],
  [/^(\S+) must not have ([^:]+): it takes (.+)$/, 'jsonKey', ['flag', 'key', 'keys']],
  [/^(\S+) must not have ([^:]+): it would run as code$/, 'jsonCode', ['flag', 'key']],
  [/^(\S+) must not name a path/, 'jsonPath', ['flag']],
  [/^(\S+) must be a whole number; 32k/, 'count', ['flag']],
  [/^(\S+) must be at least (\S+)$/, 'atLeast', ['flag', 'min']],
  [/^(\S+) is longer than (\d+) characters/, 'tooLong', ['flag', 'most']],
  [/^(\S+) must be a whole number$/, 'whole', ['flag']],
  [/^(\S+) must be a number$/, 'number', ['flag']],
  [/^(\S+) must be between (\S+) and (\S+)$/, 'between', ['flag', 'min', 'max']],
  [/quote is not closed$/, 'quote', []],
  [/^control characters/, 'control', []],
];

/** What is wrong with the extended parameters. */
export function parameterWords(message: string): Words | null {
  for (const [pattern, key, names] of parameterSentences) {
    const found = pattern.exec(message);
    if (found) return words(`parameter.${key}`, Object.fromEntries(names.map((name, at) => [name, found[at + 1] ?? ''])));
  }
  return null;
}

/** Words for a refusal that names a field; null where the server's own say it best. */
export function refusalWords({ code, field, message }: { readonly code: string; readonly field?: string | undefined; readonly message: string }): Words | null {
  const head = field?.split('.')[0];
  if (head === 'name' && code === 'conflict') return { key: 'services.wizard.nameProblem.taken', values: {} };
  if (head === 'parameters') return parameterWords(message);
  if (head === 'modelId' && /runs code of its own/.test(message)) return words('refusal.modelCode');
  if (head === 'modelId' && code === 'conflict') return words('refusal.modelNotReady');
  if (head === 'modelId') return words('refusal.modelGone');
  if (head === 'nodeIds' && code === 'bad-request') return words('refusal.nodeGone');
  return null;
}

/** Chats of the plan's context that fit into the memory that is left beside weights and engine; null where nobody can tell. */
export function chatsThatFit(plan: Plan): number | null {
  return plan.parallelChats.find(({ contextLength }) => contextLength === plan.contextLength)?.chats ?? null;
}

/** The nodes a refused deployment names in its details, each with its reason; empty where it names none. */
export function rejectedIn(details: Readonly<Record<string, unknown>>): readonly Plan['rejected'][number][] {
  const { rejected } = details;
  if (!Array.isArray(rejected)) return [];
  return rejected
    .filter((one: unknown): one is Plan['rejected'][number] => typeof one === 'object' && one !== null && 'nodeName' in one && 'reason' in one && typeof one.reason === 'string')
    .map((one) => ({ ...one, code: one.code ?? '', numbers: one.numbers ?? {} }));
}

function words(key: string, values: Words['values'] = {}): Words {
  return { key: `services.plan.${key}`, values };
}
