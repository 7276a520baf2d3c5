import type { JournalRecord } from '../journal/index.js';
import { save } from './save-record.js';
import type { Runner } from './runner.js';

const LOOK_FOR_CONTROLLER_EVERY_MS = 500;

/**
 * The machine was restarted under a running engine: it starts again from its journaled intent, on a port that is free now. From
 * here on it is brought back by this node: what goes wrong is no end of it while the controller, which would replace it, is away.
 */
export async function startOver(runner: Runner, record: JournalRecord): Promise<undefined> {
  runner.parts.log.warn({ instanceId: record.instanceId, generation: record.generation }, 'the machine was restarted: the engine starts again');
  await beginAnew(runner, record);
}

/** With the controller all members of a group start again as one, which is quicker than to wait for a rank that may never join. */
export function awaitController(runner: Runner, record: JournalRecord): number {
  runner.parts.status.preparing(record, 'group', 0, 'the machine was restarted: waits for the controller, then starts without it');
  return LOOK_FOR_CONTROLLER_EVERY_MS;
}

/** Whether a failure is tried again here, because nobody else can do anything about it now. */
export function staysWith(runner: Runner, record: JournalRecord, reason: string): boolean {
  return record.broughtBack === true && record.desired === 'run' && reason !== 'policy-refused' && runner.parts.controller() !== 'connected';
}

/** Resolves with the pause before the next try; the engine that failed has been stopped. */
export async function tryAgain(runner: Runner, record: JournalRecord, reason: string, message: string): Promise<number> {
  const pauseMs = runner.rest(record.instanceId);
  runner.parts.log.warn({ instanceId: record.instanceId, generation: record.generation, reason, message, pauseMs }, 'the engine could not be brought back and is tried again: the controller is away');
  await beginAnew(runner, record);
  runner.parts.status.preparing(record, 'restart', 0, message);
  return pauseMs;
}

async function beginAnew(runner: Runner, record: JournalRecord): Promise<void> {
  const engine = runner.engine(record);
  // One that ended would be taken for the new one.
  if (engine?.state === 'exited') {
    const driver = runner.driver(engine.driver);
    await runner.parts.lastWords(record.instanceId);
    await driver.remove(engine.name);
    await runner.parts.observer.refresh(driver.name);
  }
  runner.forgetProgress(record.instanceId);
  await save(runner, { ...record, stage: 'accepted', port: undefined, wasReady: false, broughtBack: true });
}
