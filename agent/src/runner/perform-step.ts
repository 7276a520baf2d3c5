import { mkdir } from 'node:fs/promises';
import { DriverError, engineName } from '../driver/index.js';
import { exitCause } from '../engines/index.js';
import type { JournalRecord, Outcome } from '../journal/index.js';
import { ModelFetchError } from '../model-cache/index.js';
import { awaitController, startOver, staysWith, tryAgain } from './bring-back.js';
import { driverFor, engineSpec, imageOf } from './engine-spec.js';
import { checkGroup, fenceGroup, groupLaunch, holdMember } from './group-member.js';
import { instanceKey } from './hooks/key.hook.js';
import { freshHealth } from './health.machine.js';
import type { Step } from './instance.machine.js';
import type { InstanceRun } from './instance-run.js';
import type { Runner } from './runner.js';
import { save } from './save-record.js';
import { watchEngine } from './watch-engine.js';

const STOP_GRACE_MS = 10_000;
const PORT_ATTEMPTS = 5;
const LINES_FOR_CAUSE = 200;

/**
 * Does one step. Resolves with the pause until the next one in milliseconds, undefined for at once. Every step may be
 * cut off anywhere and done again.
 */
export async function performStep(runner: Runner, record: JournalRecord, run: InstanceRun, step: Exclude<Step, 'rest'>): Promise<number | undefined> {
  switch (step) {
    case 'refuse':
      return fail(runner, record, 'policy-refused', refusalText(runner, record));
    case 'prepare-image':
      return prepareImage(runner, record, run);
    case 'fetch-model':
      return fetchModel(runner, record, run);
    case 'hold':
      return holdMember(runner, record);
    case 'reserve-port':
      return reservePort(runner, record, run);
    case 'launch':
      return launch(runner, record, run);
    case 'adopt':
      return adopt(runner, record, run);
    case 'start-over':
      return startOver(runner, record);
    case 'await-controller':
      return awaitController(runner, record);
    case 'watch':
      return watchEngine(runner, record, run);
    case 'fail-exited':
      return failExited(runner, record, run);
    case 'fail-gone':
      return fail(runner, record, 'engine-gone', 'the engine was gone when the agent looked for it: the machine was restarted or somebody removed it');
    case 'remove-leftovers':
      return removeEngines(runner, record, (generation) => generation < record.generation);
    case 'dismantle':
      return removeEngines(runner, record, (generation) => generation <= record.generation);
    case 'conclude-stopped':
      return concludeStopped(runner, record);
  }
}

/**
 * Ends the instance as failed. What ran is stopped first; its log stays until the tombstone. One that this node brings back
 * without the controller is tried again instead: then it resolves with the pause before that.
 */
export async function fail(runner: Runner, record: JournalRecord, reason: string, message: string): Promise<number | undefined> {
  const engine = runner.engine(record);
  if (engine) await runner.driver(record.driver).stop(engine.name, STOP_GRACE_MS);
  await runner.parts.fence.drop(record.instanceId);
  if (staysWith(runner, record, reason)) return tryAgain(runner, record, reason, message);
  runner.parts.log.warn({ instanceId: record.instanceId, generation: record.generation, reason, message }, 'instance failed');
  return conclude(runner, record, { state: 'failed', reason, message });
}

/** A start that was cut off early leaves a key and no engine: it goes too. */
async function concludeStopped(runner: Runner, record: JournalRecord): Promise<undefined> {
  if (record.driver !== undefined) await runner.driver(record.driver).remove(engineName(record.instanceId, record.generation));
  await runner.parts.fence.drop(record.instanceId);
  await conclude(runner, record, { state: 'stopped', reason: '', message: '' });
}

async function conclude(runner: Runner, record: JournalRecord, outcome: Outcome): Promise<undefined> {
  const done: JournalRecord = { ...record, stage: 'done', outcome, updatedAtMs: runner.parts.now() };
  await save(runner, done);
  runner.parts.status.done(done);
}

function refusalText(runner: Runner, record: JournalRecord): string {
  return runner.refusalOf(record) ?? 'the assignment carries no intent';
}

async function prepareImage(runner: Runner, record: JournalRecord, run: InstanceRun): Promise<number | undefined> {
  const { intent, policy } = wanted(runner, record);
  const available = runner.parts.drivers.map((driver) => driver.name);
  const driver = runner.driver(driverFor(intent, policy, available));
  await save(runner, { ...record, driver: driver.name });
  const status = runner.parts.status;
  status.preparing(record, 'image', 0, '');
  try {
    const image = imageOf(intent, policy);
    if (staysWith(runner, record, 'image-pull') && !(await driver.has(image))) return await fail(runner, record, 'image-pull', `the image ${image} is not on this node any more: it is fetched when the controller is back`);
    await driver.prepare(image, (ratio, message) => status.preparing(record, 'image', Math.floor(30 * ratio), message), run.abort.signal);
    run.imageReady = true;
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return fail(runner, record, error.reason, error.message);
  }
  return undefined;
}

async function fetchModel(runner: Runner, record: JournalRecord, run: InstanceRun): Promise<number | undefined> {
  const model = wanted(runner, record).intent.model;
  const status = runner.parts.status;
  if (!model) return fail(runner, record, 'model-fetch', 'the assignment names no model');
  status.preparing(record, 'model', 30, '');
  try {
    run.modelDir = await runner.parts.models.ensure(model, ({ bytesDone, bytesTotal, message }) => {
      const ratio = bytesTotal > 0 ? Math.min(1, bytesDone / bytesTotal) : 0;
      status.preparing(record, 'model', 30 + Math.floor(30 * ratio), `${sizes(bytesDone, bytesTotal)}${message === '' ? '' : `, ${message}`}`, { modelBytesDone: bytesDone, modelBytesTotal: bytesTotal });
    }, run.abort.signal);
  } catch (error) {
    if (!(error instanceof ModelFetchError)) throw error;
    return fail(runner, record, error.reason, error.message);
  }
  return undefined;
}

function sizes(done: number, total: number): string {
  const gibibytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(2);
  return `${gibibytes(done)} of ${gibibytes(total)} GiB`;
}

async function reservePort(runner: Runner, record: JournalRecord, run: InstanceRun): Promise<number | undefined> {
  runner.parts.status.preparing(record, 'port', 60, '');
  const port = await runner.ports.reserve(record.instanceId, run.portAttempts * 7, (found) => save(runner, { ...record, port: found }));
  const [first, last] = runner.parts.policy.portRange;
  if (port === undefined) return fail(runner, record, 'port', `no free port in ${first}-${last} (portRange of the node's policy)`);
  return undefined;
}

/** Journal first: a crash from here on finds either no engine, or one that it knows to look for. */
async function launch(runner: Runner, record: JournalRecord, run: InstanceRun): Promise<number | undefined> {
  const { intent, policy } = wanted(runner, record);
  const driver = runner.driver(record.driver);
  const problem = (await checkGroup(runner, record)) ?? (await fenceGroup(runner, record));
  if (problem) return fail(runner, record, problem.reason, problem.message);
  runner.parts.status.starting(record);
  const started: JournalRecord = { ...record, bootId: runner.parts.bootId };
  await save(runner, { ...started, stage: 'launching' });
  const keyFile = runner.keyFile(record);
  await mkdir(runner.parts.instancesDir, { recursive: true, mode: 0o711 });
  run.key = await instanceKey(keyFile);
  const facts = { instanceId: record.instanceId, generation: record.generation, intent, policy, modelDir: run.modelDir ?? '', keyFile, port: record.port ?? 0, group: groupLaunch(runner, record) };
  try {
    const engine = await driver.start(engineSpec(facts, driver));
    runner.parts.log.info({ instanceId: record.instanceId, generation: record.generation, driver: driver.name, handle: engine.handle }, 'engine started');
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return fail(runner, record, error.reason, error.message);
  }
  run.health = freshHealth(false, runner.parts.now());
  await save(runner, { ...started, stage: 'launched' });
  await runner.parts.observer.refresh(driver.name);
  return undefined;
}

/** The engine is there although the journal does not say it was started: a crash came between. Same engine, no second one. */
async function adopt(runner: Runner, record: JournalRecord, run: InstanceRun): Promise<undefined> {
  const engine = runner.parts.observer.engines(record.instanceId).find((candidate) => candidate.generation === record.generation);
  run.health = freshHealth(record.wasReady, runner.parts.now());
  runner.parts.log.info({ instanceId: record.instanceId, generation: record.generation, handle: engine?.handle }, 'engine adopted');
  await save(runner, { ...record, stage: 'launched', driver: (engine?.driver ?? record.driver) as JournalRecord['driver'] });
}

async function failExited(runner: Runner, record: JournalRecord, run: InstanceRun): Promise<number | undefined> {
  const engine = runner.engine(record);
  if (!engine) return undefined;
  const driver = runner.driver(record.driver);
  const lines = await driver.recentLines(engine.name, LINES_FOR_CAUSE);
  const cause = exitCause({ code: engine.exitCode, oomKilled: engine.oomKilled }, lines);
  await driver.stop(engine.name, 0); // children of an engine that died alone
  if (cause.reason === 'port' && !record.wasReady && !record.intent?.group) return portTaken(runner, record, run, cause.message);
  return fail(runner, record, cause.reason, cause.message);
}

/** Somebody else has the port of an engine that was never ready: it starts again on another one, a few times. */
export async function portTaken(runner: Runner, record: JournalRecord, run: InstanceRun, message: string): Promise<number | undefined> {
  const engine = runner.engine(record);
  if (!engine || run.portAttempts + 1 >= PORT_ATTEMPTS) return fail(runner, record, 'port', message);
  const driver = runner.driver(record.driver);
  await driver.stop(engine.name, STOP_GRACE_MS);
  await driver.remove(engine.name);
  runner.parts.log.warn({ instanceId: record.instanceId, port: record.port, message }, 'port taken: the engine starts again on another one');
  run.portAttempts += 1;
  run.key = undefined;
  await save(runner, { ...record, stage: 'accepted', port: undefined });
  await runner.parts.observer.refresh(driver.name);
  return undefined;
}

async function removeEngines(runner: Runner, record: JournalRecord, which: (generation: number) => boolean): Promise<undefined> {
  for (const engine of runner.parts.observer.engines(record.instanceId)) {
    if (!which(engine.generation)) continue;
    const driver = runner.driver(engine.driver);
    await driver.stop(engine.name, STOP_GRACE_MS);
    await runner.parts.lastWords(record.instanceId);
    await driver.remove(engine.name);
    runner.parts.log.info({ instanceId: record.instanceId, generation: engine.generation, handle: engine.handle }, 'engine removed');
    await runner.parts.observer.refresh(driver.name);
  }
}

function wanted(runner: Runner, record: JournalRecord) {
  const { intent } = record;
  const policy = intent && runner.parts.policy.engines[intent.engine];
  if (!intent || !policy) throw new Error('a refused instance went on');
  return { intent, policy };
}
