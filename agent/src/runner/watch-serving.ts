import type { EngineRecord } from '../driver/index.js';
import { engineProfile } from '../engines/index.js';
import type { JournalRecord } from '../journal/index.js';
import { FAILURES_UNTIL_NOT_READY, afterProbe, type Health, type Probe } from './health.machine.js';
import { askCounters } from './hooks/counters.hook.js';
import type { InstanceRun } from './instance-run.js';
import { LIVENESS_LIMITS, concluded, freshMovement, type Conclusion, type Look } from './liveness.machine.js';
import { fail } from './perform-step.js';
import type { Runner } from './runner.js';

/** The engine's numbers are read this often while it answers; at every look when it does not. */
const COUNTERS_EVERY_MS = 10_000;
const QUIET = { sign: '', progress: 0 };

/** One look at an engine that was ready once: busy ones are left alone, hung and dead ones end. */
export async function watchServing(runner: Runner, record: JournalRecord, run: InstanceRun, { engine, before, probe }: { engine: EngineRecord; before: Health; probe: Probe }): Promise<number | undefined> {
  const health = afterProbe(before, probe, QUIET, runner.parts.now());
  run.health = health;
  const conclusion = await conclude(runner, record, run, engine, health, probe);
  run.movement = conclusion.movement;
  const { liveness, evidence } = conclusion;
  if (liveness === 'hung') return fail(runner, record, 'hung', evidence);
  if (liveness === 'dead' && health.failures >= FAILURES_UNTIL_NOT_READY) return fail(runner, record, 'engine-dead', evidence);
  // An adopted engine may just be slow to answer the first time: nothing is said until that is known.
  if (!before.ready && !health.ready && health.failures < FAILURES_UNTIL_NOT_READY) return undefined;
  const moves = liveness === 'busy' && before.ready && runner.parts.now() - conclusion.movement.movedAtMs < COUNTERS_EVERY_MS;
  if (moves) run.health = { ...health, ready: true };
  const ready = health.ready || moves;
  const memoryBytes = (await runner.driver(record.driver).memoryBytes(engine)) ?? 0;
  runner.parts.status.running(record, { handle: engine.handle, memoryBytes, ready, message: ready ? '' : evidence, health: liveness, healthEvidence: evidence });
  return undefined;
}

async function conclude(runner: Runner, record: JournalRecord, run: InstanceRun, engine: EngineRecord, health: Health, probe: Probe): Promise<Conclusion> {
  const nowMs = runner.parts.now();
  const answer = answerOf(probe, engineProfile(record.intent?.engine ?? '').coreEndsWith503);
  const due = answer !== 'ok' || nowMs - (run.countersAtMs ?? 0) >= COUNTERS_EVERY_MS;
  const before = run.movement ?? freshMovement(nowMs);
  if (!due) return { liveness: 'ok', evidence: '', movement: before };
  run.countersAtMs = nowMs;
  const metricsPath = record.intent?.template?.metricsPath ?? '/metrics';
  const counters = engine.endpoint && run.key !== undefined && metricsPath !== '' ? await askCounters({ ...engine.endpoint, key: run.key }, metricsPath) : undefined;
  return concluded(before, { answer, counters, succeededAtMs: run.succeededAtMs ?? 0, nowMs }, runner.parts.livenessLimits ?? LIVENESS_LIMITS);
}

function answerOf(probe: Probe, coreEndsWith503: boolean): Look['answer'] {
  if (probe.kind === 'ok') return 'ok';
  if (probe.kind === 'silent') return 'late';
  return probe.kind === 'loading' && coreEndsWith503 ? 'broken' : 'unwell';
}
