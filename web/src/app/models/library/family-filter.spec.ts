import { describe, expect, it } from 'vitest';
import { aGpu, aNode, anInventory } from '../../../test/fixtures';
import type { ModelFamily, ModelVariant } from '../../api';
import { filterFamilies, inShelfOrder, largestRoom, type FamilyFilter } from './family-filter';

const variant = (label: string, over: Partial<ModelVariant> = {}) =>
  ({ id: `f/${label}`, label, name: `R1-${label}`, dataType: 'BF16', repositories: { modelscope: null, huggingface: null }, state: 'absent', parameterCount: Number.parseFloat(label) * 1e9, memoryNeedBytes: Number.parseFloat(label) * 2.4e9, ...over }) as ModelVariant;
const family = (name: string, variants: ModelVariant[], over: Partial<ModelFamily> = {}) => ({ id: name, name, provider: '', description: '', descriptionZh: '', kind: 'llm', variants, ...over }) as ModelFamily;
const all: FamilyFilter = { text: '', kind: null, state: null, size: null, room: null };
const shelf = [family('DeepSeek-R1', [variant('671B'), variant('8B', { state: 'ready' }), variant('1.5B', { state: 'paused' })]), family('bge', [variant('0.6B')], { kind: 'embedding' })];
const labels = (filter: Partial<FamilyFilter>) => filterFamilies(shelf, { ...all, ...filter }).flatMap(({ variants }) => variants.map(({ label }) => label));

describe('the filters of the library', () => {
  it.each([
    [{}, ['671B', '8B', '1.5B', '0.6B']],
    [{ text: 'deepseek 8b' }, ['8B']],
    [{ kind: 'embedding' }, ['0.6B']],
    [{ state: 'moving' }, ['1.5B']],
    [{ state: 'ready' }, ['8B']],
    [{ size: 'small' }, ['1.5B', '0.6B']],
    [{ size: 'huge' }, ['671B']],
    [{ room: 24e9 }, ['8B', '1.5B', '0.6B']],
    [{ text: 'nothing' }, []],
  ] as const)('%j leaves %j', (filter, left) => expect(labels(filter)).toEqual(left));

  it('leaves out of a size what has none', () => {
    expect(filterFamilies([family('x', [variant('?', { parameterCount: null })])], { ...all, size: 'small' })).toEqual([]);
  });

  it('takes the cards of the largest node as the room, main memory where there is none', () => {
    const two = aNode({ gpus: [aGpu({ memoryBytes: 24 }), aGpu({ memoryBytes: 24 }), aGpu({ memoryBytes: 24, quarantine: { by: 'automatic', reason: '', since: '' } })] });
    expect(largestRoom([two, aNode({ gpus: [aGpu({ memoryBytes: 40 })] }), aNode({ state: 'unreachable', gpus: [aGpu({ memoryBytes: 800 })] })])).toBe(48);
    expect(largestRoom([aNode({ inventory: anInventory({ memoryBytes: 16 }) })])).toBe(16);
    expect(largestRoom([])).toBeNull();
  });

  it('shows what moves first, then what is here', () => {
    expect(inShelfOrder([family('a', [variant('1B')]), family('b', [variant('1B', { state: 'ready' })]), family('c', [variant('1B', { state: 'failed' })])]).map(({ name }) => name)).toEqual(['c', 'b', 'a']);
  });
});
