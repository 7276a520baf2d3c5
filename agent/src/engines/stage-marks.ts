import type { Stage } from './engine-profile.js';

/** Words of an engine's log that begin a stage; the first that matches counts. */
export type Marks = readonly (readonly [pattern: RegExp, phase: Stage['phase'], progress: number])[];

/** A bar of shards tells how far the weights are; everything else is a mark. Matched on text, never on file and line. */
export function stageOf(line: string, shards: RegExp, marks: Marks): Stage | undefined {
  const percent = shards.exec(line)?.[1];
  if (percent !== undefined) return { phase: 'weights', progress: 0.1 + 0.6 * (Math.min(100, Number(percent)) / 100) };
  const mark = marks.find(([pattern]) => pattern.test(line));
  return mark && { phase: mark[1], progress: mark[2] };
}
