import { HubError } from '../hubs/index.js';
import { ModelFileError } from '../models/index.js';
import { CorruptError, DiskError, NoSpaceError, asDiskError } from './fetch/fetch-error.js';

export type Outcome =
  | { readonly kind: 'wait'; readonly waitingFor: 'space' | 'hub'; readonly message: string; readonly retryAfterMs: number }
  | { readonly kind: 'fail'; readonly code: string; readonly message: string };

const SPACE_RETRY_MS = 5_000;
const FIRST_HUB_RETRY_MS = 2_000;
const MAX_HUB_RETRY_MS = 300_000;

/**
 * What becomes of a download whose run ended with an error: a hub that is away and a full disk are waited for, everything
 * else needs a person.
 * @param hubFailures runs before this one that ended at the hub without a byte
 */
export function outcomeOf(thrown: unknown, hubFailures: number): Outcome {
  // Making directories, writing the manifest and the rename meet the same disk.
  const error = asDiskError(thrown);
  if (error instanceof NoSpaceError) return { kind: 'wait', waitingFor: 'space', message: 'the disk of the model store is full: it goes on by itself when there is space', retryAfterMs: SPACE_RETRY_MS };
  if (error instanceof HubError && error.passing) {
    const retryAfterMs = Math.max(error.retryAfterMs ?? 0, Math.min(MAX_HUB_RETRY_MS, FIRST_HUB_RETRY_MS * 2 ** Math.min(hubFailures, 10)));
    return { kind: 'wait', waitingFor: 'hub', message: `${error.message}; it goes on by itself`, retryAfterMs };
  }
  if (error instanceof HubError) return { kind: 'fail', code: error.kind, message: error.message };
  if (error instanceof CorruptError) return { kind: 'fail', code: 'corrupt', message: error.message };
  if (error instanceof ModelFileError) return { kind: 'fail', code: 'broken-file', message: `what the hub has is no working model: ${error.message}` };
  if (error instanceof DiskError) return { kind: 'fail', code: 'disk', message: error.message };
  const { code, message } = error as NodeJS.ErrnoException;
  return { kind: 'fail', code: 'internal', message: code === undefined ? message : `the model store cannot be used (${code}): ${message}` };
}
