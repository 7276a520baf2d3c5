import { TestBed } from '@angular/core/testing';
import { describe, expect, it } from 'vitest';
import { PluralTranspiler } from './plural-transpiler';

describe('PluralTranspiler', () => {
  const say = (value: string, params: object) => {
    TestBed.configureTestingModule({ providers: [PluralTranspiler] });
    return TestBed.inject(PluralTranspiler).transpile({ value, params, translation: {}, key: 'k' }) as string;
  };

  it.each([[0, '0 nodes'], [1, '1 node'], [2, '2 nodes'], ['1', '1 node'], ['1,001', '1,001 nodes']])('chooses the word for %s', (count, words) => {
    expect(say('{{count}} {{count: node|nodes}}', { count })).toBe(words);
  });

  it('chooses each word by its own number', () => {
    expect(say('{{nodes: a node|nodes}} and {{cards: a card|cards}}', { nodes: 1, cards: 4 })).toBe('a node and cards');
  });

  it('leaves other words and bars alone', () => {
    expect(say('a | b {{name}}', { name: 'c' })).toBe('a | b c');
  });
});
