import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogLines, plainText } from './log-lines.js';

function linesOf(chunks: readonly (string | Buffer)[], secrets: readonly string[] = []): string[] {
  const lines: string[] = [];
  const splitter = new LogLines((line) => lines.push(line), () => secrets);
  for (const chunk of chunks) splitter.push(Buffer.from(chunk as string));
  splitter.end();
  return lines;
}

describe('lines of another machine', () => {
  it.each([
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['a title', '\u001b]0;owned\u0007text', 'text'],
    ['a link', '\u001b]8;;http://x\u001b\\here\u001b]8;;\u001b\\', 'here'],
    ['a device string', '\u001bPq#0;2\u001b\\after', 'after'],
    ['an 8-bit sequence', '\u009b2Jcleared', 'cleared'],
    ['text that runs backwards', 'a\u202eb\u2066c', 'abc'],
    ['zero-width characters', 'pass\u200bword', 'password'],
    ['bells and backspaces', 'a\u0007\u0008b', 'ab'],
    ['a tab', 'a\tb', 'a\tb'],
  ])('lose %s', (_, raw, clean) => {
    expect(plainText(raw)).toBe(clean);
  });

  it('are cut at line feeds and carriage returns, wherever the chunks end', () => {
    expect(linesOf(['on', 'e\ntw', 'o\r\nthree\rfour'])).toEqual(['one', 'two', 'three', 'four']);
  });

  it('keep characters that chunks tear apart', () => {
    const bytes = Buffer.from('größe\n');
    expect(linesOf([bytes.subarray(0, 3), bytes.subarray(3)])).toEqual(['größe']);
  });

  it('are bounded, and say so', () => {
    const [line = ''] = linesOf(['x'.repeat(5_000_000)]);
    expect([line.length < 9000, line.endsWith('(line cut)')]).toEqual([true, true]);
  });

  it('never show a secret, however it is torn or dressed', () => {
    const secret = 'S3cret-word';
    fc.assert(
      fc.property(fc.nat({ max: 9000 }), fc.array(fc.nat({ max: 9100 }), { maxLength: 5 }), fc.constantFrom('', '\u001b[1m', '\u200b'), (before, cuts, dress) => {
        const text = `${'a'.repeat(before)}${secret.slice(0, 4)}${dress}${secret.slice(4)}tail\n`;
        const places = [0, ...cuts.filter((cut) => cut < text.length).sort((one, other) => one - other), text.length];
        const chunks = places.slice(1).map((place, index) => text.slice(places[index], place));
        const shown = linesOf(chunks, [secret]).join('\n');
        expect(shown.includes(secret) || shown.includes(secret.slice(0, -1))).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
