/** What was asked of the cache cannot be done; for people. */
export class CacheRefusal extends Error {}
