import { Plan_Note_Level, type Plan } from '@openstation/proto';
import type { Plan as PlanView } from '../../scheduler/index.js';
import { modes } from './modes.js';

const levels: Readonly<Record<PlanView['notes'][number]['level'], Plan_Note_Level>> = { info: Plan_Note_Level.INFO, warning: Plan_Note_Level.WARNING, error: Plan_Note_Level.ERROR };

/** Estimates are not whole bytes; the wire's numbers are. */
export function planToWire({ fits, engine, mode, contextLength, parallel, argv, memory, placements, rejected, notes }: PlanView): Plan {
  return {
    fits, engine: engine ?? undefined, mode: modes[mode], contextLength, parallel, argv, rejected,
    memory: {
      weightsBytes: Math.round(memory.weightsBytes), kvCacheBytes: Math.round(memory.kvCacheBytes), activationBytes: Math.round(memory.activationBytes),
      overheadBytes: Math.round(memory.overheadBytes), totalBytes: Math.round(memory.totalBytes), nominalBytes: Math.round(memory.nominalBytes),
    },
    placements: placements.map(({ availableBytes, ...place }) => ({ ...place, availableBytes: Math.round(availableBytes) })),
    notes: notes.map(({ level, code, field, message }) => ({ level: levels[level], code, field: field ?? undefined, message })),
  };
}
