/** Why work was given up: the person, or the system, asked for it. */
export class Stopped extends Error {
  constructor(readonly signalName: NodeJS.Signals) {
    super(`stopped by ${signalName}`);
  }
}

/** Fires at the first SIGINT, SIGTERM or SIGHUP. Later ones are swallowed, so that stopping is not cut short. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort(new Stopped(name)));
  // A reader that went away (`| head`) is a wish to stop, not a crash.
  process.stdout.on('error', () => stop.abort(new Stopped('SIGPIPE')));
  return stop.signal;
}
