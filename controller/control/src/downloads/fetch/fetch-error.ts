/** The disk of the models is full. */
export class NoSpaceError extends Error {}

/** What came three times was not what the hub promised. */
export class CorruptError extends Error {
  constructor(path: string, expected: string, found: string) {
    super(`${path} is corrupt: the hub promises ${expected}, what came is ${found}, three times; the file at the hub is damaged or a mirror changes it`);
  }
}

/** The disk does not keep what is written. */
export class DiskError extends Error {}

/** A failed write or sync in the words of the room. */
export function asDiskError(error: unknown): Error {
  if (error instanceof NoSpaceError || error instanceof DiskError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new NoSpaceError('the disk of the model store is full');
  return code === 'EIO' || code === 'EROFS' ? new DiskError(`the disk of the model store does not take what is written (${code})`) : error instanceof Error ? error : new Error(message);
}
