import { Backoff, sleep, type Logger } from '@openstation/kit';
import type { RouteTable } from '@openstation/proto';
import type { ControlClient } from './control-client.js';

export interface RouteWatchParts {
  readonly client: Pick<ControlClient, 'watchRoutes'>;
  readonly haveVersion: () => number;
  readonly onTable: (table: RouteTable) => void;
  readonly log: Logger;
}

/** Keeps one stream of route tables open until the signal fires; the table in force stays in force while it is away. */
export async function runRouteWatch(parts: RouteWatchParts, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff({ firstMs: 200, maxMs: 1000 });
  let known = false;
  const onAlive = () => {
    backoff.reset();
    known = false;
  };
  while (!signal.aborted) {
    const reason = await watchOnce(parts, onAlive, signal);
    if (signal.aborted) return;
    const ms = backoff.next();
    // One line per outage: the tries after it say nothing new.
    if (!known) parts.log.warn({ reason }, 'control link is down; serving the last route table');
    known = true;
    await sleep(ms, signal);
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
