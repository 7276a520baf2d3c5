/** The self-contained agent that nodes without a checkout run. */
export type { ArchiveWish, BuiltArchive } from './build-archive.js';

/** Loaded when it is wanted: everyday commands need none of it. */
export async function buildArchive(...args: Parameters<typeof import('./build-archive.js').buildArchive>): ReturnType<typeof import('./build-archive.js').buildArchive> {
  return (await import('./build-archive.js')).buildArchive(...args);
}
