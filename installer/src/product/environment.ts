/** Settings of ours that may come from the caller's environment; every other one is fixed by the configuration files. */
const PASSED_ON = ['OPENSTATION_DATABASE_URL', 'OPENSTATION_LOG_LEVEL', 'OPENSTATION_DOCKER_SOCKET'];
/** Would change how Node or npm run our programs. */
const WITHHELD = /^(NODE_OPTIONS|NODE_PATH|npm_.*)$/;

/** The environment of the product's processes: the caller's, without what would steer them past their configuration. */
export function childEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(env).filter((entry): entry is [string, string] => {
    const [name, value] = entry;
    if (value === undefined || WITHHELD.test(name)) return false;
    return !name.startsWith('OPENSTATION_') || PASSED_ON.includes(name);
  });
  return Object.fromEntries(kept);
}

/** glibc keeps a heap per thread unless told otherwise: some megabytes for each of our processes, for nothing they need. */
export const LEAN = { MALLOC_ARENA_MAX: '2' };
/**
 * The agent mostly waits, on machines whose memory belongs to the engines: what it freed goes back at once, and what the compiler
 * takes at the start, in pieces of 32 KiB, does not lie in the way.
 */
export const LEANEST = { ...LEAN, MALLOC_TRIM_THRESHOLD_: '65536', MALLOC_MMAP_THRESHOLD_: '32768' };
