import { InjectionToken } from '@angular/core';

/** The part of EventSource that we use, so that tests can bring their own. */
export interface EventStream {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent<string>) => void) | null;
  onerror: ((event: Event) => void) | null;
  close(): void;
}

export type OpenEventStream = (url: string) => EventStream;

export const openEventStream = new InjectionToken<OpenEventStream>('openEventStream', {
  factory: () => (url) => new EventSource(url),
});

/** Seconds to wait before connecting again: 1, 2, 4 … 30, each ± 20 % so that consoles do not return all at once. */
export function reconnectDelayMs(failures: number, random: number): number {
  const seconds = Math.min(30, 2 ** Math.max(0, failures - 1));
  return Math.round(seconds * 1000 * (0.8 + 0.4 * random));
}
