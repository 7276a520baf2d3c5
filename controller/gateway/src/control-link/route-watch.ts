import { Backoff, sleep, type Logger } from '@openstation/kit';
import type { RouteTable } from '@openstation/proto';
import type { ControlClient } from './control-client.js';

export interface RouteWatchParts {
  readonly client: Pick<ControlClient, 'watchRoutes'>;
  readonly haveVersion: () => number;
  /** Asks the controller for its address and connects there. True when it is another one than before; rejects when it is away. */
  readonly findAgain: () => Promise<boolean>;
  readonly onTable: (table: RouteTable) => void;
  readonly log: Logger;
}

/** So many attempts in a row without a table, and the controller is asked where it listens now. */
const ATTEMPTS_UNTIL_ASKING = 3;

/** Keeps one stream of route tables open until the signal fires; the table in force stays in force while it is away. */
export async function runRouteWatch(parts: RouteWatchParts, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff({ firstMs: 200, maxMs: 1000 });
  let failures = 0;
  const onAlive = () => {
    backoff.reset();
    failures = 0;
  };
  while (!signal.aborted) {
    const reason = await watchOnce(parts, onAlive, signal);
    if (signal.aborted) return;
    // One line per outage: the tries after it say nothing new.
    if (failures === 0) parts.log.warn({ reason }, 'control link is down; serving the last route table');
    failures += 1;
    if (failures % ATTEMPTS_UNTIL_ASKING === 0 && (await foundAgain(parts))) continue;
    await sleep(backoff.next(), signal);
  }
}

async function foundAgain({ findAgain, log }: RouteWatchParts): Promise<boolean> {
  try {
    return await findAgain();
  } catch (error) {
    log.debug({ reason: (error as Error).message }, 'the controller does not tell where it listens');
    return false;
  }
}

/** Resolves with the reason when the stream ends, however it ends. */
function watchOnce({ client, haveVersion, onTable, log }: RouteWatchParts, onAlive: () => void, signal: AbortSignal): Promise<string> {
  const stream = client.watchRoutes(haveVersion());
  const cancel = () => stream.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  return new Promise<string>((resolve) => {
    stream.on('data', (table: RouteTable) => {
      onAlive();
      onTable(table);
      log.info({ version: table.version, routes: table.routes.length, keys: table.keys.length }, 'route table in force');
    });
    stream.on('error', (error) => resolve(error.message));
    stream.on('end', () => resolve('the controller ended the stream'));
  }).finally(() => signal.removeEventListener('abort', cancel));
}
