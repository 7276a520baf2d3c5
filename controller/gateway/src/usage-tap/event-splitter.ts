const LF = 10;
const CR = 13;
const COLON = 58;

/**
 * An event longer than this is passed on in pieces instead of being held until it is whole. It is larger than
 * any usage event, which is the only kind that is ever withheld from the client.
 */
export const HELD_EVENT_LIMIT = 64 * 1024;

export interface EventSink {
  /** A whole event with its blank line. Return false to withhold it from the client. */
  onEvent(event: Buffer): boolean;
  /** The first part of an event too long to hold; its remaining bytes follow unseen. */
  onLongEvent(head: Buffer): void;
}

/**
 * Cuts a server-sent event stream into events without copying and without changing a byte: what `push` returns,
 * put together, is the input minus withheld events. Only whole events leave, so that an error event can be
 * added at any moment. Understands LF and CRLF; comment lines pass at once.
 */
export class EventSplitter {
  #held: Buffer | undefined;
  #lineStart = 0;
  /** Part of the current line was given out already, so its end is no blank line. */
  #lineOpen = false;
  #inLongEvent = false;

  constructor(private readonly sink: EventSink) {}

  push(chunk: Buffer): Buffer[] {
    const data = this.#held ? Buffer.concat([this.#held, chunk]) : chunk;
    const out: Buffer[] = [];
    let from = 0; // first byte not yet given out
    let eventStart = 0;
    let lineStart = this.#held ? this.#lineStart : this.#lineOpen ? -1 : 0;
    let search = this.#held ? this.#held.length : 0;
    for (let lf = data.indexOf(LF, search); lf >= 0; lf = data.indexOf(LF, search)) {
      search = lf + 1;
      const blank = lf === lineStart || (lf === lineStart + 1 && data[lineStart] === CR);
      const comment = lineStart === eventStart && data[lineStart] === COLON;
      lineStart = search;
      if (!blank && (!comment || this.#inLongEvent)) continue;
      const keep = this.#end(data, eventStart, search, blank);
      if (!keep) {
        if (eventStart > from) out.push(data.subarray(from, eventStart));
        from = search;
      }
      eventStart = search;
    }
    return this.#settle(data, out, from, eventStart, lineStart);
  }

  /** Bytes of an unfinished event at the end of the stream. */
  rest(): Buffer | undefined {
    return this.#held;
  }

  /** Only the beginning of an event was given out: the next bytes would continue it. */
  get midEvent(): boolean {
    return this.#inLongEvent;
  }

  #end(data: Buffer, start: number, end: number, blank: boolean): boolean {
    if (this.#inLongEvent) {
      this.#inLongEvent = false;
      return true;
    }
    const empty = blank && end - start <= 2;
    if (empty || data[start] === COLON) return true;
    return this.sink.onEvent(start === 0 && end === data.length ? data : data.subarray(start, end));
  }

  #settle(data: Buffer, out: Buffer[], from: number, eventStart: number, lineStart: number): Buffer[] {
    const open = data.length - eventStart;
    const long = open > HELD_EVENT_LIMIT;
    if (long && !this.#inLongEvent) this.sink.onLongEvent(data.subarray(eventStart, eventStart + HELD_EVENT_LIMIT));
    if (long) this.#inLongEvent = true;
    const end = this.#inLongEvent ? this.#lastLineStart(data, lineStart) : eventStart;
    if (end > from) out.push(from === 0 && end === data.length ? data : data.subarray(from, end));
    this.#held = end < data.length ? data.subarray(end) : undefined;
    this.#lineStart = Math.max(0, lineStart - end);
    this.#lineOpen = end === data.length && lineStart < data.length;
    return out;
  }

  /** Inside a long event all may go, but a lone CR at a line's start is kept: it may begin the blank line. */
  #lastLineStart(data: Buffer, lineStart: number): number {
    return data.length - lineStart === 1 && data[lineStart] === CR ? lineStart : data.length;
  }
}
