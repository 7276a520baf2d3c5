import type { EventStream } from '../app/api';

/** Event streams that a test opens, loses and speaks through by hand. */
export class FakeEventStreams {
  readonly opened: FakeEventStream[] = [];

  readonly open = (url: string): EventStream => {
    const stream = new FakeEventStream(url);
    this.opened.push(stream);
    return stream;
  };

  get last(): FakeEventStream {
    const stream = this.opened.at(-1);
    if (!stream) throw new Error('No stream was opened');
    return stream;
  }
}

export class FakeEventStream implements EventStream {
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent<string>) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  closed = false;

  constructor(readonly url: string) {}

  connect(): void {
    this.onopen?.(new Event('open'));
  }

  say(value: unknown): void {
    this.onmessage?.(new MessageEvent('message', { data: JSON.stringify(value) }));
  }

  lose(): void {
    this.onerror?.(new Event('error'));
  }

  close(): void {
    this.closed = true;
  }
}
