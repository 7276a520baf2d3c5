/**
 * What a started engine is doing, told apart by whether anything moves:
 *
 *   ok    it answers its health check, and works when it has requests
 *   busy  it does not answer in time or says so, but tokens are counted or requests succeed: left alone
 *   hung  its process is there, nothing has moved for long: ended, with the evidence
 *   dead  it says itself that it will not come back: ended at once
 *
 * A process that is gone is no case of this: the driver sees it.
 */
export type Liveness = 'ok' | 'busy' | 'hung' | 'dead';

export interface Movement {
  /** When anything last showed that the engine works or idles as it should. */
  readonly movedAtMs: number;
  /** Its counter of work at the last look; undefined: it has told none. */
  readonly work: number | undefined;
}

export interface Look {
  /** "broken": the engine itself says that it cannot serve any more. */
  readonly answer: 'ok' | 'late' | 'unwell' | 'broken';
  readonly counters: { readonly work: number; readonly inFlight: number } | undefined;
  /** Last successful answer of the engine to a real request; 0: none. */
  readonly succeededAtMs: number;
  readonly nowMs: number;
}

export interface LivenessLimits {
  /** Without answer and without movement for so long: hung. */
  readonly silentMs: number;
  /** Answering its health check with requests at hand, of which none moves for so long: hung too. Long prompts take minutes on CPUs. */
  readonly stuckMs: number;
}

export const LIVENESS_LIMITS: LivenessLimits = { silentMs: 120_000, stuckMs: 600_000 };

export interface Conclusion {
  readonly liveness: Liveness;
  readonly evidence: string;
  readonly movement: Movement;
}

export function freshMovement(nowMs: number): Movement {
  return { movedAtMs: nowMs, work: undefined };
}

export function concluded(before: Movement, look: Look, limits: LivenessLimits = LIVENESS_LIMITS): Conclusion {
  const work = look.counters?.work ?? before.work;
  const counted = look.counters !== undefined && before.work !== undefined && look.counters.work !== before.work;
  const idle = look.answer === 'ok' && look.counters?.inFlight === 0;
  const blind = look.answer === 'ok' && look.counters === undefined;
  const movedAtMs = counted || idle || blind ? look.nowMs : Math.max(before.movedAtMs, look.succeededAtMs);
  const movement = { movedAtMs, work };
  const stillMs = look.nowMs - movedAtMs;
  const [liveness, evidence] = verdict(look, stillMs, limits);
  return { liveness, evidence, movement };
}

function verdict({ answer, counters }: Look, stillMs: number, { silentMs, stuckMs }: LivenessLimits): [Liveness, string] {
  const still = `nothing has moved for ${Math.round(stillMs / 1000)} s (tokens counted by the engine, answers to real requests)`;
  if (answer === 'broken') return ['dead', 'the engine answers its health check with 503: its core has ended'];
  if (answer === 'ok') {
    if (stillMs < stuckMs) return ['ok', ''];
    return ['hung', `the engine answers its health check and has ${counters?.inFlight ?? 0} requests at hand, but ${still}`];
  }
  const how = answer === 'late' ? 'the engine does not answer its health check' : 'the engine answers its health check with an error';
  if (stillMs >= silentMs) return ['hung', `${how} and ${still}`];
  return ['busy', `${how}; it moved ${Math.round(stillMs / 1000)} s ago`];
}
