/** Nest injection token of the process's `Logger` (from the kit). */
export const LOGGER = Symbol('Logger');
