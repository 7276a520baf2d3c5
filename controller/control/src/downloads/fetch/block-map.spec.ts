import { describe, expect, it } from 'vitest';
import { BLOCK_BYTES, BlockMap, PIECE_BLOCKS } from './block-map.js';

describe('the map of blocks', () => {
  it('gives out runs of at most a piece, each block once, and those that did not come again', () => {
    const map = new BlockMap(20 * BLOCK_BYTES - 5);
    expect([map.take(), map.take(), map.take(), map.take()]).toEqual([{ from: 0, to: 7 }, { from: 8, to: 15 }, { from: 16, to: 19 }, undefined]);
    map.markDone(9);
    map.release({ from: 8, to: 15 }, (block) => block === 8);
    expect([map.take(), map.take()]).toEqual([{ from: 10, to: 15 }, undefined]);
    expect(PIECE_BLOCKS * BLOCK_BYTES).toBe(64 * 2 ** 20);
  });

  it('counts the last, shorter block as what it is', () => {
    const map = new BlockMap(BLOCK_BYTES + 7);
    map.markDone(1);
    expect([map.doneBytes, map.complete]).toEqual([7, false]);
    map.markDone(1);
    map.markDone(0);
    expect([map.doneBytes, map.complete]).toEqual([BLOCK_BYTES + 7, true]);
  });

  it('survives being written down, and ignores a map of another file', () => {
    const map = new BlockMap(11 * BLOCK_BYTES);
    for (const block of [0, 3, 10]) map.markDone(block);
    expect(new BlockMap(11 * BLOCK_BYTES, map.toString()).doneBytes).toBe(3 * BLOCK_BYTES);
    expect(new BlockMap(99 * BLOCK_BYTES, map.toString()).doneBytes).toBe(0);
    expect(new BlockMap(11 * BLOCK_BYTES, 'no base64 !').doneBytes).toBe(0);
  });

  it('says of an empty file that it is whole', () => {
    expect([new BlockMap(0).complete, new BlockMap(0).take()]).toEqual([true, undefined]);
  });
});
