import { readFile } from 'node:fs/promises';
import { sleep } from '@openstation/kit';
import { UserError } from '../install/index.js';
import type { SupervisedProcess } from '../supervisor/index.js';

const EVERY_MS = 60;
/** A process that died this often while it was waited for will not make it: its log says why. */
const HOPELESS_RESTARTS = 4;
const SHOWN_LINES = 12;

export interface Readiness {
  readonly process: SupervisedProcess;
  readonly what: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly tell: (what: string) => void;
  readonly ask: () => Promise<unknown>;
}

/**
 * Waits until `ask` answers with something, and no longer than there is hope.
 * @throws UserError with the end of the process's log
 */
export async function untilReady({ process, what, timeoutMs, signal, tell, ask }: Readiness): Promise<void> {
  const end = performance.now() + timeoutMs;
  let last = '';
  while (performance.now() < end) {
    signal.throwIfAborted();
    const { state, restarts, note } = process.record;
    if (state === 'failed' || restarts >= HOPELESS_RESTARTS) throw new UserError(await withLog(process, `waiting for ${what}: ${note || 'it keeps ending'}`));
    try {
      if (await ask()) return;
    } catch (error) {
      last = (error as Error).message;
    }
    tell(`waiting for ${what}${note ? ` (${note})` : ''}`);
    await sleep(EVERY_MS, signal);
  }
  throw new UserError(await withLog(process, `waited ${timeoutMs / 1000} s for ${what}${last ? `: ${last}` : ''}`));
}

async function withLog({ spec }: SupervisedProcess, message: string): Promise<string> {
  const text = await readFile(spec.logFile, 'utf8').catch(() => '');
  const lines = text.trimEnd().split('\n').slice(-SHOWN_LINES).map((line) => `    ${line}`);
  return `${message}\n  end of ${spec.logFile}:\n${lines.join('\n')}`;
}
