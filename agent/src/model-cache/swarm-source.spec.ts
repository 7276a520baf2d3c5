import { Backoff } from '@openstation/kit';
import { describe, expect, it } from 'vitest';
import type { PieceSource } from './model-source.js';
import { SwarmSource } from './swarm-source.js';

const node = (): SwarmSource => new SwarmSource('n', { kind: 'node' } as PieceSource, 8, () => new Backoff({ firstMs: 1000, maxMs: 10_000 }));
const bits = (...pieces: number[]): Buffer => Buffer.from([pieces.reduce((byte, piece) => byte | (1 << piece), 0)]);

describe('what a node says it is fetching', () => {
  it('is left to it for two minutes, then no more, however often it says so', () => {
    const source = node();
    source.told({ have: bits(), fetching: bits(1) }, 0);
    expect(source.fetching.has(1)).toBe(true);
    source.told({ have: bits(), fetching: bits(1, 2) }, 119_000);
    expect(source.fetching.has(1)).toBe(true);
    source.told({ have: bits(), fetching: bits(1, 2) }, 121_000);
    expect([source.fetching.has(1), source.fetching.has(2)]).toEqual([false, true]);
    source.told({ have: bits(), fetching: bits() }, 122_000);
    source.told({ have: bits(), fetching: bits(1) }, 123_000);
    expect(source.fetching.has(1)).toBe(false);
  });
});

describe('a node that has no time', () => {
  it('is asked again soon, and after five times in a row counts as failed; a piece from it makes good', () => {
    const source = node();
    source.told({ have: bits(1), fetching: bits() }, 0);
    for (let n = 0; n < 4; n += 1) source.busy(0, 1, false);
    expect(source.alive(201)).toBe(true);
    expect(source.have.has(1)).toBe(false);
    source.busy(0, 1, false);
    expect(source.alive(300)).toBe(false);
    source.worked(1);
    source.busy(20_000, 1, false);
    expect(source.alive(20_201)).toBe(true);
  });
});
