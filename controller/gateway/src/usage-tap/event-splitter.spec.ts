import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventSplitter, HELD_EVENT_LIMIT } from './event-splitter.js';

function cut(text: Buffer, sizes: readonly number[]): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0, i = 0; at < text.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    parts.push(text.subarray(at, at + size));
    at += size;
  }
  return parts;
}

function run(text: Buffer, sizes: readonly number[], keep: (event: string) => boolean = () => true) {
  const events: string[] = [];
  const splitter = new EventSplitter({
    onEvent: (event) => {
      events.push(event.toString());
      return keep(event.toString());
    },
    onLongEvent: () => events.push('long'),
  });
  const out = cut(text, sizes).flatMap((part) => splitter.push(part).map((bytes) => Buffer.from(bytes)));
  return { events, out: Buffer.concat([...out, splitter.rest() ?? Buffer.alloc(0)]).toString() };
}

const line = fc.constantFrom('data: {"a":"é€"}', ': ping', 'event: x', 'data: [DONE]', 'id: 1', '');
const stream = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 30 }).map((lines) => lines.map(([text, end]) => text + end).join(''));
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

describe('event splitter', () => {
  it('changes no byte, however the stream is cut', () => {
    fc.assert(
      fc.property(stream, sizes, (text, cuts) => {
        expect(run(Buffer.from(text), cuts).out).toBe(text);
      }),
    );
  });

  it('sees the same events, however the stream is cut', () => {
    fc.assert(
      fc.property(stream, sizes, (text, cuts) => {
        expect(run(Buffer.from(text), cuts).events).toEqual(run(Buffer.from(text), [1000]).events);
      }),
    );
  });

  it('withholds exactly one event, however the stream is cut', () => {
    const drop = 'data: drop me\n\n';
    fc.assert(
      fc.property(stream, stream, sizes, (before, after, cuts) => {
        const text = `${before}data: x\n\n${drop}${after}`;
        expect(run(Buffer.from(text), cuts, (event) => event !== drop).out).toBe(`${before}data: x\n\n${after}`);
      }),
    );
  });

  it.each([1, 3, 4096])('passes an event that is too long to hold, and finds the next one (pieces of %i)', { timeout: 30_000 }, (size) => {
    const long = `data: ${'x'.repeat(HELD_EVENT_LIMIT + 10_000)}\r\n\r\n`;
    const { events, out } = run(Buffer.from(`${long}data: y\n\n`), [size]);
    expect(out).toBe(`${long}data: y\n\n`);
    expect(events).toEqual(['long', 'data: y\n\n']);
  });

  it('gives out only whole events', () => {
    const splitter = new EventSplitter({ onEvent: () => true, onLongEvent: () => undefined });
    expect(Buffer.concat(splitter.push(Buffer.from('data: a\n\ndata: b'))).toString()).toBe('data: a\n\n');
    expect(splitter.push(Buffer.from('c\n'))).toEqual([]);
    expect(Buffer.concat(splitter.push(Buffer.from('\n'))).toString()).toBe('data: bc\n\n');
  });

  it('passes a comment at once, without waiting for a blank line', () => {
    const splitter = new EventSplitter({ onEvent: () => true, onLongEvent: () => undefined });
    expect(Buffer.concat(splitter.push(Buffer.from(': ping\n'))).toString()).toBe(': ping\n');
  });
});
