import { Duplex } from 'node:stream';
import { HubError } from './hub-error.js';
import type { RawConnection } from './raw-connection.js';

const MAX_HEAD = 64 << 10;
const END = Buffer.from('\r\n\r\n');
const CONTINUE = /^HTTP\/1\.[01] 1(?!01)\d\d /;

/**
 * The connection as Node's HTTP client sees it: it writes, and reads the head of the answer, whole and nothing else. What
 * comes behind it waits for whoever takes the body.
 */
export class HeadWire extends Duplex {
  /** Until the body went elsewhere. */
  parsing = true;
  /** The parser takes the body too. */
  #onward = false;
  #seen: Buffer = Buffer.alloc(0);

  constructor(private readonly connection: RawConnection) {
    super();
    connection.socket.setTimeout(0);
    connection.onBytes = (bytes) => this.#take(bytes);
    connection.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.connection.socket.write(chunk, encoding, done);
  }

  override _read(): void {
    if (this.#onward) this.connection.resume();
  }

  parseOn(): void {
    this.#onward = true;
    this.connection.onBytes = (bytes) => {
      if (!this.push(Buffer.from(bytes))) this.connection.pause();
    };
    if (this.#seen.length > 0) this.connection.onBytes(this.#seen);
    this.connection.resume();
  }

  /** The parser is done. @returns what came behind the head */
  leave(): Buffer {
    this.parsing = false;
    return this.#seen;
  }

  #take(bytes: Buffer): void {
    this.#seen = Buffer.concat([this.#seen, bytes]);
    for (;;) {
      const end = this.#seen.indexOf(END);
      if (end === -1 && this.#seen.length < MAX_HEAD) return;
      const head = this.#seen.subarray(0, end + END.length);
      if (end === -1 || head.length > MAX_HEAD) return this.#refuse('a head without an end');
      // The parser takes a bare line feed for the end of a line, and two for the end of the head.
      if (/(?:^|[^\r])\n/.test(head.toString('latin1'))) return this.#refuse('a head with broken lines');
      this.#seen = this.#seen.subarray(head.length);
      if (CONTINUE.test(head.toString('latin1', 0, 16))) {
        this.push(head);
        continue;
      }
      // Encrypted connections give out what they have decrypted already.
      this.connection.onBytes = (more) => { this.#seen = Buffer.concat([this.#seen, more]); };
      this.connection.pause();
      this.push(head);
      return;
    }
  }

  #refuse(what: string): void {
    this.connection.socket.destroy(new HubError('wrong-answer', `the hub sends ${what}`));
  }
}
