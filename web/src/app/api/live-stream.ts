import { type OpenEventStream, reconnectDelayMs } from './event-stream';

export interface LiveStreamHandlers {
  /** Connected, for the first time or again. */
  readonly opened: () => void;
  readonly message: (data: string) => void;
  /** Lost; a new attempt is under way. */
  readonly lost: () => void;
}

/**
 * An event stream that comes back: the browser's own reconnection gives up on an HTTP error, so each loss closes
 * the source and opens a new one after a growing delay.
 */
export class LiveStream {
  private source: ReturnType<OpenEventStream> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;

  constructor(
    private readonly url: string,
    private readonly open: OpenEventStream,
    private readonly handlers: LiveStreamHandlers,
    private readonly random: () => number = Math.random,
  ) {}

  start(): void {
    if (this.source) return;
    const source = this.open(this.url);
    this.source = source;
    source.onopen = () => {
      this.failures = 0;
      this.handlers.opened();
    };
    source.onmessage = (event) => this.handlers.message(event.data);
    source.onerror = () => this.reconnect();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
    this.failures = 0;
  }

  private reconnect(): void {
    this.source?.close();
    this.source = null;
    this.failures += 1;
    this.handlers.lost();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.start(), reconnectDelayMs(this.failures, this.random()));
  }
}
