/** One write. */
export const WRITE_BYTES = 1 << 20;

/**
 * Memory for what is on its way to the disk, used again and again: bytes are copied into it as they come, so that the small
 * buffers of a socket die young. Kept for long, they cost more in garbage collection than the copy.
 */
export class WriteBuffers {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(WRITE_BYTES);
  }

  giveBack(buffer: Buffer): void {
    this.#free.push(buffer);
  }
}
