import { DestroyRef, inject, signal, type Signal } from '@angular/core';
import type { LogLine } from './api-types';
import { openEventStream } from './event-stream';
import { LiveStream } from './live-stream';

/** A log that is being written. Ends by itself when the component that asked for it is destroyed. */
export interface LineStream {
  readonly lines: Signal<readonly LogLine[]>;
  readonly connected: Signal<boolean>;
  close(): void;
}

/** Lines kept in the browser; older ones are dropped from the top. */
const keptLines = 20_000;

/**
 * Follows a log over server-sent events, e.g. `lineStream(apiUrl('/instances/{id}/log/follow', {id}))`.
 * Call in an injection context. After a loss the server sends the tail again, so the buffer starts anew.
 */
export function lineStream(url: string): LineStream {
  const lines = signal<readonly LogLine[]>([]);
  const connected = signal(false);
  let pending: LogLine[] = [];
  let fresh = true;
  let frame: number | undefined;

  // One update a frame: an engine can write thousands of lines a second while it loads.
  const flush = () => {
    frame = undefined;
    const batch = pending;
    pending = [];
    const startAnew = fresh;
    fresh = false;
    lines.update((kept) => (startAnew ? batch : [...kept, ...batch]).slice(-keptLines));
  };
  const stream = new LiveStream(url, inject(openEventStream), {
    opened: () => {
      pending = [];
      fresh = true;
      connected.set(true);
    },
    message: (data) => {
      pending.push(JSON.parse(data) as LogLine);
      frame ??= requestAnimationFrame(flush);
    },
    lost: () => connected.set(false),
  });
  const close = () => {
    stream.stop();
    connected.set(false);
    if (frame !== undefined) cancelAnimationFrame(frame);
  };
  inject(DestroyRef).onDestroy(close);
  stream.start();
  return { lines: lines.asReadonly(), connected: connected.asReadonly(), close };
}
