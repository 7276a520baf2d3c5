import { engineProfile, type Stage } from '../engines/index.js';
import type { JournalRecord } from '../journal/index.js';
import type { EngineRecord } from '../driver/index.js';
import { afterProbe, freshHealth, loadPercent, loadTimedOut, type Health, type Probe } from './health.machine.js';
import { probeHealth, probeIdentity } from './hooks/health.hook.js';
import type { InstanceRun } from './instance-run.js';
import { fail, portTaken } from './perform-step.js';
import type { Runner } from './runner.js';
import { save } from './save-record.js';
import { watchServing } from './watch-serving.js';
import { anotherServer, mayBeAnother, noHealthCheck, notTold } from './wrong-answer.js';

const LOADING_EVERY_MS = 500;
const READY_EVERY_MS = 2000;
/** A server may open its paths one after the other, but not for so long. */
const ASTRAY_MS = 10_000;
const DEFAULT_LOAD_DEADLINE_MS = 600_000;
const LINES_FOR_PROGRESS = 40;

/** What shows that a start goes on: any change of the sign counts. */
interface Progress extends Stage {
  readonly sign: string;
  readonly line: string;
}

/** Looks once at a running engine and says what was seen. Resolves with the pause until the next look. */
export async function watchEngine(runner: Runner, record: JournalRecord, run: InstanceRun): Promise<number | undefined> {
  const engine = runner.engine(record);
  if (!engine) return undefined;
  await rememberBoot(runner, record);
  if ((record.intent?.group?.rank ?? 0) > 0) return watchWorker(runner, record, engine);
  const before = run.health ?? freshHealth(record.wasReady, runner.parts.now());
  const probe = await look(engine, record, run, before);
  if (before.everReady) return (await watchServing(runner, record, run, { engine, before, probe })) ?? READY_EVERY_MS;
  if (probe.kind === 'stranger') return whoAnswers(runner, record, run, engine, probe);
  if (probe.kind === 'astray' && astrayTooLong(run, runner.parts.now())) return fail(runner, record, 'template', noHealthCheck(record.intent?.template?.healthPath ?? ''));
  return watchStart(runner, record, run, { engine, before, probe });
}

async function whoAnswers(runner: Runner, record: JournalRecord, run: InstanceRun, { endpoint }: EngineRecord, probe: Extract<Probe, { kind: 'stranger' }>): Promise<number | undefined> {
  if (!record.intent || !endpoint) return undefined;
  if (!mayBeAnother(endpoint)) return fail(runner, record, 'identity', notTold(probe, record.intent));
  const message = anotherServer(endpoint.port, probe);
  return record.intent.group ? fail(runner, record, 'port', message) : portTaken(runner, record, run, message);
}

/** A start has no clock of its own: it may take as long as something moves. */
async function watchStart(runner: Runner, record: JournalRecord, run: InstanceRun, seen: { engine: EngineRecord; before: Health; probe: Probe }): Promise<number | undefined> {
  const log = await progressOf(runner, record, seen.engine);
  const health = afterProbe(seen.before, seen.probe, log, runner.parts.now());
  run.health = health;
  const memoryBytes = (await runner.driver(record.driver).memoryBytes(seen.engine)) ?? 0;
  const details = { handle: seen.engine.handle, memoryBytes, ready: health.ready, percent: loadPercent(health) };
  if (health.everReady) runner.parts.status.running(record, { ...details, health: 'ok' });
  else runner.parts.status.loading(record, log.phase, { ...details, health: 'starting' });
  if (health.everReady) await rememberReady(runner, record);
  const deadlineMs = loadDeadlineMs(record);
  if (loadTimedOut(health, deadlineMs, runner.parts.now())) {
    const answer = seen.probe.kind === 'loading' ? `its health check answers ${seen.probe.status ?? 'nothing clear'}` : 'its health check does not answer';
    return fail(runner, record, 'load-timeout', `loading showed no progress for ${Math.round(deadlineMs / 1000)} s (no byte read, no new line in the log; ${answer}): ${log.line.slice(-300)}`);
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

function astrayTooLong(run: InstanceRun, nowMs: number): boolean {
  run.astraySinceMs ??= nowMs;
  return nowMs - run.astraySinceMs > ASTRAY_MS;
}

/** Healthy is not enough to become ready: whoever listens on the port must be this very engine. */
async function look(engine: EngineRecord, record: JournalRecord, run: InstanceRun, before: Health): Promise<Probe> {
  if (!engine.endpoint) return { kind: 'silent' };
  const { template, serviceName = '' } = record.intent ?? {};
  const probe = await probeHealth(engine.endpoint, template?.healthPath);
  const lost = template !== undefined && isMissing(probe) && !before.everReady;
  if ((probe.kind !== 'ok' && !lost) || before.ready) return probe;
  if (run.key === undefined) return { kind: 'silent' }; // without its key nobody could call it
  const identity = await probeIdentity({ ...engine.endpoint, key: run.key }, serviceName);
  if (lost) return identity.kind === 'ok' ? { kind: 'astray' } : probe;
  // An administrator's engine need not list its models: its health check is what it is ready by.
  return template && identity.kind === 'loading' ? probe : identity;
}

function isMissing(probe: Probe): boolean {
  return probe.kind === 'loading' && probe.status === 404;
}

function loadDeadlineMs(record: JournalRecord): number {
  return (record.intent?.loadDeadlineSeconds ?? 0) * 1000 || DEFAULT_LOAD_DEADLINE_MS;
}

async function progressOf(runner: Runner, record: JournalRecord, engine: EngineRecord): Promise<Progress> {
  const driver = runner.driver(record.driver);
  const [lines, bytes] = await Promise.all([driver.recentLines(engine.name, LINES_FOR_PROGRESS), driver.readBytes(engine)]);
  const profile = engineProfile(record.intent?.engine ?? '');
  const furthest = lines.reduce<Stage>((best, line) => {
    const stage = profile.stage(line);
    return stage && stage.progress >= best.progress ? stage : best;
  }, { phase: 'engine', progress: 0 });
  const line = lines.at(-1) ?? '';
  // A line that only counts seconds is no progress, and neither is a program that reads the same small file again and again.
  const sign = `${line.replace(/\d+/g, '#')} ${Math.floor((bytes ?? 0) / 2 ** 20)}`;
  return { ...furthest, sign, line };
}

async function rememberReady(runner: Runner, record: JournalRecord): Promise<void> {
  const current = runner.parts.journal.get(record.instanceId);
  if (current?.generation !== record.generation || current.desired !== 'run') return;
  await runner.parts.journal.put({ ...current, wasReady: true, updatedAtMs: runner.parts.now() });
}

/** Records of older agents do not say in which boot their engine runs; it runs, so it is this one. */
async function rememberBoot(runner: Runner, record: JournalRecord): Promise<void> {
  if (record.bootId === runner.parts.bootId) return;
  await save(runner, { ...record, bootId: runner.parts.bootId });
}
