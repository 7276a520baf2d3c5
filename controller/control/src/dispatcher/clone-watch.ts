/** One session that pushed another one aside. */
export interface Displacement {
  readonly at: number;
  /** Machine and boot of the session that came. */
  readonly machine: string;
}

const WINDOW_MS = 60_000;
const DISPLACEMENTS = 3;

/**
 * Two machines with one identity push each other aside for ever. An agent that is restarted pushes itself aside, always
 * with the same boot, and a reboot changes the boot once: only several changes of machine within a minute mean a clone.
 * Pure: give the displacements of one node so far, newest last.
 */
export function looksCloned(displacements: readonly Displacement[], now: number): boolean {
  const recent = displacements.filter(({ at }) => now - at <= WINDOW_MS);
  const changes = recent.filter(({ machine }, index) => index > 0 && recent[index - 1]?.machine !== machine);
  return recent.length >= DISPLACEMENTS && changes.length >= DISPLACEMENTS - 1;
}

/** What is worth keeping of them. */
export function recentOnly(displacements: readonly Displacement[], now: number): Displacement[] {
  return displacements.filter(({ at }) => now - at <= WINDOW_MS).slice(-2 * DISPLACEMENTS);
}
