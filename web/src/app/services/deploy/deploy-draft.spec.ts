import { describe, expect, it } from 'vitest';
import type { Plan } from '../../api';
import { effectiveValue, emptyDraft, isChanged, isDirty, resetField, toRequest, withMode, withModel, type DeployDraft } from './deploy-draft';

const filled: DeployDraft = {
  ...emptyDraft, name: ' qwen ', modelId: 'm1', mode: 'single', engine: 'vllm', nodeIds: ['n1', 'n2'], contextLength: 4096, parallel: 8, parameters: ' --a 1 ',
};
const plan = { mode: 'cpu', engine: 'llama-cpp', contextLength: 32768, parallel: 4 } as Plan;

describe('deployment draft', () => {
  it('asks the server only for what a person decided', () => {
    expect(toRequest({ ...emptyDraft, name: 'qwen', modelId: 'm1' })).toEqual({ name: 'qwen', modelId: 'm1', parameters: '', nodeIds: [], instances: 1, cards: [], replaceAfterMinutes: null, scaling: null, networkInterface: null });
  });

  it('sends every override, trimmed', () => {
    expect(toRequest(filled)).toEqual({
      name: 'qwen', modelId: 'm1', mode: 'single', engine: 'vllm', nodeIds: ['n1', 'n2'], contextLength: 4096, parallel: 8, parameters: '--a 1', instances: 1, cards: [], replaceAfterMinutes: null, scaling: null, networkInterface: null,
    });
  });

  it('is no request before a model is chosen', () => {
    expect(toRequest({ ...filled, modelId: null })).toBeNull();
  });

  it('shows the plan until a person overrides it, and again after a reset', () => {
    expect(effectiveValue(emptyDraft, plan, 'contextLength')).toBe(32768);
    expect(effectiveValue(filled, plan, 'contextLength')).toBe(4096);
    const reset = resetField(filled, 'contextLength');
    expect(isChanged(reset, 'contextLength')).toBe(false);
    expect(effectiveValue(reset, plan, 'contextLength')).toBe(32768);
    expect(effectiveValue(reset, null, 'contextLength')).toBeNull();
  });

  it('drops what was derived from the last model, not what a person named', () => {
    expect(withModel(filled, 'm2')).toEqual({ ...filled, modelId: 'm2', engine: null, contextLength: null, parallel: null });
    expect(withModel(filled, 'm1')).toBe(filled);
  });

  it('keeps only nodes that can serve the new mode', () => {
    expect(withMode(filled, 'cpu', new Set(['n2', 'n3']))).toMatchObject({ mode: 'cpu', engine: null, nodeIds: ['n2'] });
  });

  it('knows when leaving would lose something', () => {
    expect(isDirty(emptyDraft)).toBe(false);
    expect(isDirty({ ...emptyDraft, name: 'a' })).toBe(true);
    expect(isDirty({ ...emptyDraft, parallel: 2 })).toBe(true);
    const fromLibrary = { ...emptyDraft, modelId: 'm1' };
    expect(isDirty(fromLibrary, fromLibrary)).toBe(false);
    expect(isDirty({ ...fromLibrary, nodeIds: ['n1'] }, fromLibrary)).toBe(true);
  });
});
