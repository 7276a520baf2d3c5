import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { ModelFileError } from './model-file-error.js';

/** Bytes of one file, wherever it lies. */
export interface ByteSource {
  readonly size: number;
  /** Exactly `length` bytes from `position` on, both inside `size`. @throws ModelFileError when they are not to be had */
  read(position: number, length: number): Promise<Buffer>;
}

/** Opens a file for the time of `use`. Links and devices are not followed into. @throws ModelFileError when it is no plain file */
export async function withFile<T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new ModelFileError('is not a plain file');
    return await use({
      size: stat.size,
      read: async (position, length) => {
        const buffer = Buffer.alloc(length);
        let read = 0;
        while (read < length) {
          const { bytesRead } = await file.read(buffer, read, length - read, position + read);
          if (bytesRead === 0) throw new ModelFileError('the file became shorter while it was read');
          read += bytesRead;
        }
        return buffer;
      },
    });
  } finally {
    await file.close();
  }
}

/** A file of which only the beginning is known, as nodes report it. */
export function headSource(head: Uint8Array, size: number): ByteSource {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  return {
    size,
    read: (position, length) =>
      position + length <= bytes.length
        ? Promise.resolve(bytes.subarray(position, position + length))
        : Promise.reject(new ModelFileError(`its header is longer than the ${bytes.length} bytes that the node sent of it`)),
  };
}
