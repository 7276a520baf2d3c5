import { describe, expect, it } from 'vitest';
import type { Model, Operation } from '../api';
import { contextLabel, importOf, inLibraryOrder, matches, modelTone, parameterLabel } from './model-state';

const model = (over: Partial<Model>): Model => ({ name: 'm', state: 'ready', architecture: null, dataType: null, description: '', format: 'gguf', operationId: null, ...over }) as Model;

describe('library entries', () => {
  it.each([[null, null], [494_032_768, '494M'], [1_543_714_304, '1.5B'], [8_190_735_360, '8.2B'], [671_026_419_200, '671B'], [950_000, '950K'], [12, '12']])('%s parameters read %s', (count, label) => {
    expect(parameterLabel(count)).toBe(label);
  });

  it.each([[null, null], [131072, '128K'], [40960, '40K'], [512, '512'], [5000, '5000']])('a context of %s reads %s', (length, label) => {
    expect(contextLabel(length)).toBe(label);
  });

  it('shows what needs eyes first, then the rest by name', () => {
    const names = inLibraryOrder([model({ name: 'b' }), model({ name: 'x', state: 'failed' }), model({ name: 'a' }), model({ name: 'y', state: 'importing' })]).map((each) => each.name);
    expect(names).toEqual(['y', 'x', 'a', 'b']);
  });

  it('finds by any of the words, in any case', () => {
    const qwen = model({ name: 'Qwen3-8B', dataType: 'BF16' });
    expect(matches(qwen, 'bf16 QWEN')).toBe(true);
    expect(matches(qwen, 'qwen q4')).toBe(false);
    expect(matches(qwen, '')).toBe(true);
  });

  it('finds its import', () => {
    const operations = [{ id: 'o1' }, { id: 'o2' }] as Operation[];
    expect(importOf(model({ operationId: 'o2' }), operations)?.id).toBe('o2');
    expect(importOf(model({}), operations)).toBeUndefined();
  });

  it('is green only when ready', () => {
    expect((['importing', 'ready', 'failed', 'deleting'] as const).map(modelTone)).toEqual(['busy', 'ok', 'bad', 'busy']);
  });
});
