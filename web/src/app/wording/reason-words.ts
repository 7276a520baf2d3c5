import { match, type Sentence, type Words } from './words';

/** Sentences of the planner about a node. They come as prose, so unknown ones stay as they came. */
const reasons: readonly Sentence[] = [
  { pattern: /^has not connected yet$/, key: 'reason.joining', parts: [] },
  { pattern: /^is joining$/, key: 'reason.joining', parts: [] },
  { pattern: /^is suspect$/, key: 'reason.suspect', parts: [] },
  { pattern: /^is unreachable$/, key: 'reason.unreachable', parts: [] },
  { pattern: /^is removed$/, key: 'reason.removed', parts: [] },
  { pattern: /^has not told what it is made of yet$/, key: 'reason.unknownHardware', parts: [] },
  { pattern: /^does not offer (.+); it offers (.+) \(its policy file decides\)$/, key: 'reason.noEngine', parts: ['engine', 'offers'] },
  { pattern: /^has no GPU( card)?$/, key: 'reason.noGpu', parts: [] },
  { pattern: /^needs (.+), free are (.+?) of (.+?)(?:, (.+) promised to other instances)?$/, key: 'reason.memory', parts: ['need', 'free', 'total'] },
  { pattern: /^none of its (\d+) cards is free(?::.*)?$/, key: 'reason.noFreeCard', parts: ['count'] },
  { pattern: /^has no free card$/, key: 'reason.noFreeCardGroup', parts: [] },
  { pattern: /^another node of the group has no free card$/, key: 'reason.groupNoFreeCard', parts: [] },
  { pattern: /^on (\d+) of its (\d+) free cards it needs (.+) a card, usable are (.+)$/, key: 'reason.cardMemory', parts: ['used', 'free', 'need', 'room'] },
  { pattern: /^with (\d+) cards on each of (\d+) nodes it needs (.+) a card, usable are (.+)$/, key: 'reason.groupMemory', parts: ['used', 'nodes', 'need', 'room'] },
  { pattern: /^on the (\d+) chosen cards it needs (.+) a card, usable are (.+)$/, key: 'reason.chosenMemory', parts: ['used', 'need', 'room'] },
  { pattern: /^is part of no group of nodes with equal cards that is large enough$/, key: 'reason.noGroup', parts: [] },
  { pattern: /^has no interface (\S+) that is up and has an address; it has (.+)$/, key: 'reason.noInterface', parts: ['name', 'has'] },
  { pattern: /^permits (.+), not (\S+) \(engines\.(\S+)\.repositories\)$/, key: 'reason.imageRepository', parts: ['permits', 'repository', 'engine'] },
  { pattern: /^takes images by digest only \(requireDigest\): name this one as (\S+)$/, key: 'reason.imageDigest', parts: ['name'] },
  { pattern: /^is not needed$/, key: 'reason.notNeeded', parts: [] },
  { pattern: /^is the only node of the group: name two or more$/, key: 'reason.onlyOne', parts: [] },
  { pattern: /^has no free card of a kind that the other nodes of the group have too$/, key: 'reason.otherKind', parts: [] },
  { pattern: /^would fit \((.+) free\), but (.*) is less busy$/, key: 'reason.lessBusy', parts: ['free', 'other'] },
];

/** Why a node is not used, in the console's language; null for a sentence that this console does not know. */
export function reasonWords(reason: string): Words | null {
  return match(reasons, reason);
}
