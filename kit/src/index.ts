/** Small things every process of ours needs and no product rule lives in. */
export { readJsonFile, writeFileAtomic } from './atomic-file.js';
export { Backoff, type BackoffOptions } from './backoff.js';
export { ConfigError, loadConfig, type ConfigSources } from './config.js';
export { deadline, sleep, waitFor } from './timing.js';
export { KeyedQueue } from './keyed-queue.js';
export { createLogger, type Logger } from './logger.js';
export { RateLimit } from './rate-limit.js';
export { sendFileRange } from './send-file-range.js';
export { requireNode } from './require-node.js';
