import { describe, expect, it } from 'vitest';
import { aNode } from '../../test/fixtures';
import { foremost } from './foremost';

describe('nodes on the first page', () => {
  it('takes those that need a look first and leaves the rest in their order', () => {
    const nodes = [aNode({ id: 'a' }), aNode({ id: 'b', state: 'unreachable' }), aNode({ id: 'c' }), aNode({ id: 'd', state: 'joining' })];
    expect(foremost(nodes, 3).map(({ id }) => id)).toEqual(['b', 'd', 'a']);
  });
});
