import type { NodeSample } from './node-inventory.js';

/** What is held of one card. A released one stays noted with its fault, so that the same fault does not catch it again. */
export interface CardJudgement {
  readonly uuid: string;
  readonly verdict: 'quarantined' | 'released';
  readonly by: 'person' | 'automatic';
  readonly reason: string;
  /** Unix milliseconds. */
  readonly since: number;
  /** The fault and the boot it was seen in; '' when a person quarantined it for their own reason. */
  readonly fault: string;
}

/**
 * Xids after which a card is not used for anything new. All of them are faults of the whole card for which NVIDIA's catalog names
 * a reset of the GPU or a restart of the machine as the immediate action (RESET_GPU, RESTART_BM): it stopped processing (46), its
 * micro-controller halted (62), faulty memory could not be set aside (64), fallen off the bus (79), uncontained (95) or unrecovered
 * (140) memory errors, a context switch (109) or the card (158) timed out, security fault (110), its system processor does not answer
 * or failed (119, 120), not initialised (143). 48, a double-bit memory error, has a workflow of its own there, whose text asks for a
 * reset or restart. Source: NVIDIA, "Analyzing Xid Errors with the Xid Catalog" (docs.nvidia.com/deploy/xid-errors), as of 2026.
 *
 * Everything else is told as an event only: faults of the program (13, 31, 43, 45, 94 …), and those for which the catalog asks for
 * a reset although the card itself may be sound, such as links to other cards (74, 136, 155) and planned repairs (156).
 */
export const FATAL_XIDS: ReadonlySet<number> = new Set([46, 48, 62, 64, 79, 95, 109, 110, 119, 120, 140, 143, 158]);

export interface CardFault {
  readonly uuid: string;
  readonly fault: string;
  readonly reason: string;
}

/** Faults in a sample for which a card is quarantined without asking. */
export function fatalFaults(gpus: NodeSample['gpus'], bootId: string): CardFault[] {
  return gpus.flatMap(({ uuid, health, healthMessage, xid }) => {
    if (health === 'lost') return [{ uuid, fault: `lost ${bootId}`, reason: healthMessage === '' ? 'the card is lost' : `the card is lost: ${healthMessage}` }];
    return xid !== null && FATAL_XIDS.has(xid) ? [xidFault(uuid, xid, bootId)] : [];
  });
}

/** The fault an agent's notice tells of; undefined when it is none that ends the trust in a card. */
export function faultOfNotice({ code, subject, message }: { readonly code: string; readonly subject: string; readonly message: string }, bootId: string): CardFault | undefined {
  if (subject === '') return undefined;
  if (code === 'gpu-lost') return { uuid: subject, fault: `lost ${bootId}`, reason: message === '' ? 'the card is lost' : message };
  const xid = code === 'gpu-xid' ? Number(/xid\D{0,40}?(\d{1,4})\b/i.exec(message.replace(/\(PCI[^)]*\)/i, ''))?.[1]) : NaN;
  return FATAL_XIDS.has(xid) ? xidFault(subject, xid, bootId) : undefined;
}

/** The judgements after these faults; the same list when nothing changes. A released card is caught again only by another fault. */
export function judged(cards: readonly CardJudgement[], faults: readonly CardFault[], now: number): readonly CardJudgement[] {
  const news = faults.filter(({ uuid, fault }) => {
    const known = cards.find((card) => card.uuid === uuid);
    return known?.verdict !== 'quarantined' && known?.fault !== fault;
  });
  if (news.length === 0) return cards;
  const caught = [...new Map(news.map(({ uuid, fault, reason }) => [uuid, { uuid, fault, reason: reason.slice(0, 200), verdict: 'quarantined', by: 'automatic', since: now } as const])).values()];
  return [...cards.filter(({ uuid }) => !caught.some((card) => card.uuid === uuid)), ...caught].slice(-MAX_JUDGEMENTS);
}

/** By a person. Undefined when it is in quarantine already. */
export function quarantinedBy(cards: readonly CardJudgement[], uuid: string, reason: string, now: number): readonly CardJudgement[] | undefined {
  if (cards.some((card) => card.uuid === uuid && card.verdict === 'quarantined')) return undefined;
  const fault = cards.find((card) => card.uuid === uuid)?.fault ?? '';
  return [...cards.filter((card) => card.uuid !== uuid), { uuid, reason, fault, verdict: 'quarantined', by: 'person', since: now }];
}

/** Undefined when it is not in quarantine. */
export function released(cards: readonly CardJudgement[], uuid: string, now: number): readonly CardJudgement[] | undefined {
  if (!cards.some((card) => card.uuid === uuid && card.verdict === 'quarantined')) return undefined;
  return cards.map((card) => (card.uuid === uuid ? { ...card, verdict: 'released', since: now } : card));
}

export function quarantineOf(cards: readonly CardJudgement[], uuid: string): CardJudgement | undefined {
  return cards.find((card) => card.uuid === uuid && card.verdict === 'quarantined');
}

/** More cards than any machine has. */
const MAX_JUDGEMENTS = 128;

function xidFault(uuid: string, xid: number, bootId: string): CardFault {
  return { uuid, fault: `xid ${xid} ${bootId}`, reason: `Xid ${xid}: the card needs a reset or a restart of the machine` };
}
