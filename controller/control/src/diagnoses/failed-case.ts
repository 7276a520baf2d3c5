import type { Case } from '../doctor/index.js';
import type { InstanceLogLine, InstanceRow } from '../instances/index.js';
import type { ModelRow } from '../models/index.js';

/** A failed instance as the doctor wants it. Agents word an exit as "…code 137…". Pure. */
export function failedCase({ wish, message, reason }: Pick<InstanceRow, 'wish' | 'message' | 'reason'>, lines: readonly InstanceLogLine[], model: Pick<ModelRow, 'shape'> | undefined): Case {
  const exit = /\b(?:code|status) (\d{1,3})\b/.exec(message);
  return {
    engine: wish.engine, parameters: wish.parameters, contextLength: wish.contextLength, parallel: wish.parallel, heads: model?.shape?.heads ?? null,
    lines: lines.map(({ number, text }) => ({ number, text })), message, reason, exitCode: exit ? Number(exit[1]) : null,
  };
}
