import type { OnReadOpts, Socket } from 'node:net';

const READ_BYTES = 256 << 10;

/**
 * A connection whose bytes all land in one buffer of its own: no allocation per read, no garbage. What `onBytes` is given is
 * valid during the call only.
 */
export class RawConnection {
  readonly socket: Socket;
  onBytes: (bytes: Buffer) => void = () => this.socket.destroy();
  #paused = false;

  constructor(open: (onread: OnReadOpts) => Socket) {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    this.socket = open({
      buffer,
      callback: (bytes) => {
        this.onBytes(buffer.subarray(0, bytes));
        return !this.#paused;
      },
    });
  }

  /** One more read may come. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.socket.resume();
  }
}
