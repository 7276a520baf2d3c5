import { expect, it } from 'vitest';
import { jsonOf, keepJson } from './kept-json.js';

it('writes exactly what JSON.stringify writes', () => {
  const [kept, plain] = [keepJson({ a: 1, at: new Date(0), none: undefined, text: 'ü"\n' }), { b: [null, 2] }];
  for (const answer of [[kept, plain, kept], [kept], [plain], [], [kept, null, undefined, 'x'], kept, plain, null, 'text', { list: [kept] }]) {
    expect(text(answer)).toBe(JSON.stringify(answer));
    expect(text(answer)).toBe(JSON.stringify(answer));
  }
});

it('makes the text of a kept view once, and nobody can change the view', () => {
  let made = 0;
  const kept = keepJson({ toJSON: () => ({ made: (made += 1) }) });
  expect([text([kept]), text([kept])]).toEqual(['[{"made":1}]', '[{"made":1}]']);
  expect(() => Object.assign(kept, { more: 1 })).toThrow(TypeError);
});

function text(answer: unknown): string {
  return jsonOf(answer).toString();
}
