/** A file that is not what it says. The message is for people; `code` is the machine's word for it. */
export class ModelFileError extends Error {
  constructor(
    message: string,
    readonly code: 'damaged' | 'truncated' | 'unknown-dtype' | 'config-invalid' | 'missing-shard' | 'index-mismatch' | 'no-weights' = 'damaged',
  ) {
    super(message);
  }
}
