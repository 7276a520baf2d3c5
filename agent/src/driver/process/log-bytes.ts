import { open } from 'node:fs/promises';

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;
/** A line without an end is cut here, so that an engine cannot make the agent hold gigabytes. */
const MAX_LINE_BYTES = 1024 * 1024;

/** Bytes from `start` up to `end`, or as far as the file goes; empty when it does not exist. */
export async function readRange(path: string, start: number, end: number): Promise<Buffer> {
  if (end <= start) return Buffer.alloc(0);
  const file = await openOrUndefined(path);
  if (!file) return Buffer.alloc(0);
  try {
    const buffer = Buffer.alloc(end - start);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

export async function countNewlines(path: string, start: number, end: number): Promise<number> {
  const file = await openOrUndefined(path);
  if (!file) return 0;
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    let lines = 0;
    for (let at = start; at < end; ) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(CHUNK_BYTES, end - at), at);
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      for (let next = chunk.indexOf(NEWLINE); next >= 0; next = chunk.indexOf(NEWLINE, next + 1)) lines += 1;
      at += bytesRead;
    }
    return lines;
  } finally {
    await file.close();
  }
}

/** Complete lines without their ends, and the bytes after the last end. */
export function splitLines(bytes: Buffer): { lines: Buffer[]; rest: Buffer } {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  const rest = bytes.subarray(start);
  return rest.length > MAX_LINE_BYTES ? { lines: [...lines, rest], rest: Buffer.alloc(0) } : { lines, rest };
}

async function openOrUndefined(path: string) {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
