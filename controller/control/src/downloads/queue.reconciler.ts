import type { DownloadState } from './download.machine.js';

export interface QueueRow {
  readonly id: string;
  readonly state: DownloadState;
  readonly rank: number;
  readonly waitingFor: 'space' | 'hub' | null;
  readonly retryAt: number | null;
  /** Not on the disk yet. */
  readonly remainingBytes: number;
  readonly cleared: boolean;
}

export interface QueueView {
  readonly rows: readonly QueueRow[];
  /** Downloads this process works on, also those it is just stopping. */
  readonly running: ReadonlySet<string>;
  readonly slots: number;
  readonly freeBytes: number;
  readonly reserveBytes: number;
  readonly now: number;
}

export type QueueAction =
  /** Queued → active, then run. */
  | { readonly kind: 'start'; readonly id: string }
  /** Active already, but nobody works on it: the controller was started anew. */
  | { readonly kind: 'run'; readonly id: string }
  | { readonly kind: 'stop'; readonly id: string }
  /** Somebody else ate the space it counted on. */
  | { readonly kind: 'give-way'; readonly id: string; readonly neededBytes: number }
  | { readonly kind: 'wait-for-space'; readonly id: string; readonly neededBytes: number }
  | { readonly kind: 'go-on'; readonly id: string }
  | { readonly kind: 'clear'; readonly id: string };

/** Free space asked for before bytes are fetched: what is missing, 2 % for the file system's own, and the reserve. */
export function neededBytes(remainingBytes: number, reserveBytes: number): number {
  return Math.ceil(remainingBytes * 1.02) + reserveBytes;
}

/** What to do now. Right whatever happened before: it looks at rows and at what runs, not at events. */
export function planQueue(view: QueueView): QueueAction[] {
  return [...matchRuns(view), ...endWaits(view), ...startNext(view)];
}

/** Rows and runs must say the same. */
function matchRuns({ rows, running, freeBytes, reserveBytes }: QueueView): QueueAction[] {
  return rows.flatMap(({ id, state, cleared, remainingBytes }): QueueAction[] => {
    if (running.has(id) && state !== 'active') return [{ kind: 'stop', id }];
    if (state === 'active' && !running.has(id)) return [{ kind: 'run', id }];
    if (state === 'active' && freeBytes < reserveBytes / 2) return [{ kind: 'give-way', id, neededBytes: neededBytes(remainingBytes, reserveBytes) }];
    return state === 'cancelled' && !cleared ? [{ kind: 'clear', id }] : [];
  });
}

function endWaits(view: QueueView): QueueAction[] {
  const { rows, freeBytes, reserveBytes, now } = view;
  const enough = (row: QueueRow) => row.waitingFor !== 'space' || freeBytes >= neededBytes(promisedBytes(rows) + row.remainingBytes, reserveBytes);
  return rows.filter((row) => row.state === 'waiting' && (row.retryAt === null || row.retryAt <= now) && enough(row)).map(({ id }) => ({ kind: 'go-on', id }));
}

function startNext({ rows, running, slots, freeBytes, reserveBytes }: QueueView): QueueAction[] {
  const actions: QueueAction[] = [];
  let promised = promisedBytes(rows);
  let free = slots - new Set([...rows.filter(({ state }) => state === 'active').map(({ id }) => id), ...running]).size;
  for (const { id, remainingBytes } of inOrder(rows)) {
    if (free <= 0) break;
    if (running.has(id)) continue;
    const needed = neededBytes(promised + remainingBytes, reserveBytes);
    if (freeBytes < needed) {
      actions.push({ kind: 'wait-for-space', id, neededBytes: needed });
      continue;
    }
    actions.push({ kind: 'start', id });
    promised += remainingBytes;
    free -= 1;
  }
  return actions;
}

/** What active downloads will still write. */
function promisedBytes(rows: readonly QueueRow[]): number {
  return rows.filter(({ state }) => state === 'active').reduce((sum, { remainingBytes }) => sum + remainingBytes, 0);
}

/** Those that stand in the queue, next first. */
export function inOrder<T extends Pick<QueueRow, 'id' | 'state' | 'rank'>>(rows: readonly T[]): T[] {
  return rows.filter(({ state }) => state === 'queued').sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
}
