import { engineProfile } from '../engines/index.js';
import type { JournalRecord } from '../journal/index.js';
import type { EngineRecord } from '../driver/index.js';
import { afterProbe, freshHealth, loadPercent, loadTimedOut, type Health, type Probe } from './health.machine.js';
import { probeHealth, probeIdentity } from './hooks/health.hook.js';
import type { InstanceRun } from './instance-run.js';
import { fail, portTaken } from './perform-step.js';
import type { Runner } from './runner.js';

const LOADING_EVERY_MS = 500;
const READY_EVERY_MS = 2000;
const DEFAULT_LOAD_DEADLINE_MS = 600_000;
const LINES_FOR_PROGRESS = 40;

/** Looks once at a running engine and says what was seen. Resolves with the pause until the next look. */
export async function watchEngine(runner: Runner, record: JournalRecord, run: InstanceRun): Promise<number | undefined> {
  const engine = runner.engine(record);
  if (!engine) return undefined;
  if ((record.intent?.group?.rank ?? 0) > 0) return watchWorker(runner, record, engine);
  const before = run.health ?? freshHealth(record.wasReady, runner.parts.now());
  const probe = await look(engine, record, run, before);
  if (probe.kind === 'stranger' && !before.everReady) return record.intent?.group ? fail(runner, record, 'port', probe.message) : portTaken(runner, record, run, probe.message);
  const log = before.everReady ? { sign: '', progress: 0 } : await readLog(runner, record, engine.name);
  const health = afterProbe(before, probe, log, runner.parts.now());
  run.health = health;
  // An adopted engine may just be slow to answer the first time: nothing is said until that is known.
  const undecided = before.everReady && !before.ready && !health.ready && health.failures < 3;
  if (!undecided) await tell(runner, record, engine, health);
  if (health.everReady && !record.wasReady) await rememberReady(runner, record);
  const deadlineMs = loadDeadlineMs(record);
  if (loadTimedOut(health, deadlineMs, runner.parts.now())) {
    return fail(runner, record, 'load-timeout', `loading showed no progress for ${Math.round(deadlineMs / 1000)} s: ${log.sign.slice(-300)}`);
  }
  return health.everReady ? READY_EVERY_MS : LOADING_EVERY_MS;
}

/** A member without an HTTP server: that its engine runs is all there is to see; whether the group works its head tells. */
async function watchWorker(runner: Runner, record: JournalRecord, engine: EngineRecord): Promise<number> {
  const memoryBytes = (await runner.driver(record.driver).memoryBytes(engine)) ?? 0;
  runner.parts.status.working(record, { handle: engine.handle, memoryBytes });
  if (!record.wasReady) await rememberReady(runner, record);
  return READY_EVERY_MS;
}

/** Healthy is not enough to become ready: whoever listens on the port must be this very engine. */
async function look(engine: EngineRecord, record: JournalRecord, run: InstanceRun, before: Health): Promise<Probe> {
  if (!engine.endpoint) return { kind: 'silent' };
  const probe = await probeHealth(engine.endpoint);
  if (probe.kind !== 'ok' || before.ready) return probe;
  if (run.key === undefined) return { kind: 'silent' }; // without its key nobody could call it
  return probeIdentity({ ...engine.endpoint, key: run.key }, record.intent?.serviceName ?? '');
}

function loadDeadlineMs(record: JournalRecord): number {
  return (record.intent?.loadDeadlineSeconds ?? 0) * 1000 || DEFAULT_LOAD_DEADLINE_MS;
}

async function readLog(runner: Runner, record: JournalRecord, name: string): Promise<{ sign: string; progress: number }> {
  const lines = await runner.driver(record.driver).recentLines(name, LINES_FOR_PROGRESS);
  const profile = engineProfile(record.intent?.engine ?? '');
  const progress = lines.reduce((best, line) => Math.max(best, profile.loadProgress(line) ?? 0), 0);
  return { sign: lines.at(-1) ?? '', progress };
}

async function tell(runner: Runner, record: JournalRecord, engine: { readonly handle: string; readonly name: string }, health: Health): Promise<void> {
  const observed = runner.engine(record);
  const memoryBytes = (observed && (await runner.driver(record.driver).memoryBytes(observed))) ?? 0;
  const details = { handle: engine.handle, memoryBytes, ready: health.ready, percent: loadPercent(health) };
  if (!health.everReady) return runner.parts.status.loading(record, details);
  const message = health.ready ? '' : `the engine did not answer ${health.failures} health checks in a row`;
  runner.parts.status.running(record, { ...details, message });
}

async function rememberReady(runner: Runner, record: JournalRecord): Promise<void> {
  const current = runner.parts.journal.get(record.instanceId);
  if (current?.generation !== record.generation || current.desired !== 'run') return;
  await runner.parts.journal.put({ ...current, wasReady: true, updatedAtMs: runner.parts.now() });
}
