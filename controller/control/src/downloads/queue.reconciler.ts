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
export function planQueue({ rows, running, slots, freeBytes, reserveBytes, now }: QueueView): QueueAction[] {
  const actions: QueueAction[] = [];
  for (const { id, state, cleared } of rows) {
    if (running.has(id) && state !== 'active') actions.push({ kind: 'stop', id });
    if (state === 'active' && !running.has(id)) actions.push({ kind: 'run', id });
    if (state === 'cancelled' && !cleared && !running.has(id)) actions.push({ kind: 'clear', id });
  }
  const active = rows.filter(({ state }) => state === 'active');
  if (freeBytes < reserveBytes / 2) {
    for (const { id, remainingBytes } of active) if (running.has(id)) actions.push({ kind: 'give-way', id, neededBytes: neededBytes(remainingBytes, reserveBytes) });
  }
  let promised = active.reduce((sum, { remainingBytes }) => sum + remainingBytes, 0);
  for (const { id } of rows.filter((row) => isDue(row, now) && (row.waitingFor !== 'space' || freeBytes >= neededBytes(promised + row.remainingBytes, reserveBytes)))) actions.push({ kind: 'go-on', id });
  let free = slots - new Set([...active.map(({ id }) => id), ...running]).size;
  for (const row of inOrder(rows)) {
    if (free <= 0) break;
    if (running.has(row.id)) continue;
    const needed = neededBytes(promised + row.remainingBytes, reserveBytes);
    if (freeBytes < needed) {
      actions.push({ kind: 'wait-for-space', id: row.id, neededBytes: needed });
      continue;
    }
    actions.push({ kind: 'start', id: row.id });
    promised += row.remainingBytes;
    free -= 1;
  }
  return actions;
}

/** Those that stand in the queue, next first. */
export function inOrder<T extends Pick<QueueRow, 'id' | 'state' | 'rank'>>(rows: readonly T[]): T[] {
  return rows.filter(({ state }) => state === 'queued').sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
}

function isDue({ state, retryAt }: QueueRow, now: number): boolean {
  return state === 'waiting' && (retryAt === null || retryAt <= now);
}
