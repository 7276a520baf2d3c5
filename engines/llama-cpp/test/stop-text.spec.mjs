import { describe, expect, it } from 'vitest';
import { StopText } from '../src/stop-text.mjs';

function run(stops, pieces) {
  const detector = new StopText(stops);
  let text = '';
  for (const piece of pieces) {
    const step = detector.push(piece);
    text += step.text;
    if (step.stopped) return { text, stopped: true };
  }
  return { text: text + detector.flush(), stopped: false };
}

describe('stop texts', () => {
  it.each([
    [['\n'], ['one', ' two\nthree'], { text: 'one two', stopped: true }],
    [['END'], ['a E', 'N', 'D b'], { text: 'a ', stopped: true }],
    [['END'], ['a E', 'N', 'd b'], { text: 'a ENd b', stopped: false }],
    [['aab'], ['a', 'a', 'a', 'b', 'x'], { text: 'a', stopped: true }],
    [['xyz', 'y'], ['x', 'y'], { text: 'x', stopped: true }],
    [['###'], ['tail ##'], { text: 'tail ##', stopped: false }],
    [[], ['any', 'thing'], { text: 'anything', stopped: false }],
  ])('%j over %j', (stops, pieces, expected) => {
    expect(run(stops, pieces)).toEqual(expected);
  });

  it('lets text go at once when it cannot become a stop text', () => {
    expect(new StopText(['END']).push('hello').text).toBe('hello');
  });
});
