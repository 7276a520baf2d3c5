import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { FileBody } from './hub.js';
import type { RawConnection } from './raw-connection.js';

/** A body of known length as it comes from its connection. It flows after `resume`. */
export class CountedBody extends EventEmitter<{ data: [Buffer]; end: []; error: [Error]; close: [] }> implements FileBody {
  #came = 0;
  #started = false;
  #flowing = false;
  #over = false;

  /**
   * @param early what came together with the head
   * @param onDone all of it came: the connection is free
   */
  constructor(
    readonly statusCode: number,
    readonly headers: IncomingHttpHeaders,
    private readonly length: number,
    private readonly connection: RawConnection,
    private early: Buffer,
    private readonly onDone: () => void,
  ) {
    super();
    connection.onBytes = (bytes) => { this.early = Buffer.concat([this.early, bytes]); };
    connection.socket.on('error', this.#onError).on('close', this.#onClose);
  }

  get complete(): boolean {
    return this.#came >= this.length;
  }

  isPaused(): boolean {
    return !this.#flowing;
  }

  pause(): this {
    this.#flowing = false;
    if (!this.#over) this.connection.pause();
    return this;
  }

  resume(): this {
    if (this.#flowing || this.#over) return this;
    this.#flowing = true;
    if (!this.#started) this.#start();
    if (!this.isPaused() && !this.#over) this.connection.resume();
    return this;
  }

  /** Once all of it came, the connection is somebody else's. */
  destroy(error?: Error): this {
    if (!this.#over) this.connection.socket.destroy(error);
    return this;
  }

  #start(): void {
    this.#started = true;
    if (this.connection.socket.destroyed) process.nextTick(this.#onClose);
    this.connection.onBytes = (bytes) => this.#take(bytes);
    if (this.early.length > 0 || this.complete) this.#take(this.early);
  }

  /** What comes behind the announced end belongs to nobody: the connection is then not used again. */
  #take(bytes: Buffer): void {
    const mine = bytes.subarray(0, this.length - this.#came);
    if (mine.length < bytes.length) this.connection.socket.destroy();
    this.#came += mine.length;
    if (mine.length > 0) this.emit('data', mine);
    if (this.complete) this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.connection.onBytes = () => this.connection.socket.destroy();
    this.connection.socket.off('error', this.#onError).off('close', this.#onClose);
    this.onDone();
    this.emit('end');
    this.emit('close');
  }

  readonly #onError = (error: Error): void => {
    // Nobody listens before it flows; then its end is told by `close`.
    if (this.listenerCount('error') > 0) this.emit('error', error);
  };

  readonly #onClose = (): void => {
    if (this.#over) return;
    this.#over = this.#started;
    this.emit('close');
  };
}
