import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstanceLogLine } from './instance-link.js';
import { keptLog } from './kept-log.js';

const line = (number: number, text = `line ${number}`): InstanceLogLine => ({ number, at: null, text, error: false });
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => line(from + index));
const small = { headLines: 3, headBytes: 1000, tailLines: 4, tailBytes: 1000 };
const numbers = (kept: readonly InstanceLogLine[]) => kept.map(({ number }) => number);

describe('what is kept of a log', () => {
  it('takes newer lines once, whatever part of the log is sent again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { maxLength: 8 }), (end, parts) => {
        let kept: InstanceLogLine[] = [];
        let upTo = 0;
        for (const [a, b] of parts) {
          // Each word holds the newest lines of a log that has grown meanwhile.
          upTo = Math.min(end, upTo + a);
          kept = keptLog(kept, lines(Math.max(1, upTo - b), upTo));
        }
        expect(new Set(numbers(kept)).size).toBe(kept.length);
        expect(numbers(kept)).toEqual([...numbers(kept)].sort((x, y) => x - y));
        expect(kept.every(({ number, text }) => text === `line ${number}`)).toBe(true);
        if (upTo > 0) expect(kept.at(-1)?.number).toBe(upTo);
      }),
    );
  });
  it('takes the whole of a line that was cut before', () => expect(keptLog([line(1), line(2, 'load')], [line(2, 'loaded'), line(3)])).toEqual([line(1), line(2, 'loaded'), line(3)]));
  it('keeps begin and end of a long one', () => {
    expect(numbers(keptLog(lines(1, 7), [], small))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(numbers(keptLog(lines(1, 5), lines(6, 20), small))).toEqual([1, 2, 3, 17, 18, 19, 20]);
    expect(numbers(keptLog(keptLog(lines(1, 5), lines(6, 20), small), lines(18, 22), small))).toEqual([1, 2, 3, 19, 20, 21, 22]);
  });
  it('counts bytes too', () => {
    const long = lines(1, 7).map((one) => ({ ...one, text: 'x'.repeat(400) }));
    expect(numbers(keptLog(long, [], small))).toEqual([1, 2, 6, 7]);
  });
  it('goes on behind the old one when the engine began a new log', () => {
    expect(keptLog(lines(1, 3), [line(1, 'again')])).toEqual([...lines(1, 3), line(4, 'again')]);
    expect(numbers(keptLog(lines(1, 3), [line(1, 'a'), line(2, 'b'), line(3, 'c'), line(4, 'd')]))).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
  it('stays as it is when nothing came', () => expect(keptLog(lines(1, 3), [])).toEqual(lines(1, 3)));
});
