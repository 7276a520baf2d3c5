/*
 * queued → active → done
 *   ↑        │ ├──→ failed ──(retry)──→ queued
 *   │        │ └──→ waiting ──────────→ queued     for space or for the hub; goes on by itself
 *   └─ paused ←┘    (queued and waiting ones can be paused too)
 * everything open or failed → cancelled
 */
export type DownloadState = 'queued' | 'active' | 'waiting' | 'paused' | 'failed' | 'done' | 'cancelled';
export type Deed = 'pause' | 'resume' | 'retry' | 'cancel' | 'start' | 'wait' | 'go-on' | 'finish' | 'fail';

interface Move {
  /** A person through REST, or the queue's loop. */
  readonly by: 'person' | 'loop';
  readonly from: readonly DownloadState[];
  readonly to: DownloadState;
}

/** Every way a download moves. A move is made by one conditional write: of two at once, one wins. */
export const moves: Readonly<Record<Deed, Move>> = {
  pause: { by: 'person', from: ['queued', 'active', 'waiting'], to: 'paused' },
  resume: { by: 'person', from: ['paused'], to: 'queued' },
  retry: { by: 'person', from: ['failed'], to: 'queued' },
  cancel: { by: 'person', from: ['queued', 'active', 'waiting', 'paused', 'failed'], to: 'cancelled' },
  start: { by: 'loop', from: ['queued'], to: 'active' },
  wait: { by: 'loop', from: ['queued', 'active'], to: 'waiting' },
  'go-on': { by: 'loop', from: ['waiting'], to: 'queued' },
  finish: { by: 'loop', from: ['active'], to: 'done' },
  fail: { by: 'loop', from: ['active'], to: 'failed' },
};

export type PersonDeed = 'pause' | 'resume' | 'retry' | 'cancel';

/** What a person may ask of a download in this state. */
export function deedsOf(state: DownloadState): PersonDeed[] {
  return (['pause', 'resume', 'retry', 'cancel'] as const).filter((deed) => moves[deed].from.includes(state));
}

export function isOver(state: DownloadState): boolean {
  return state === 'done' || state === 'cancelled';
}
