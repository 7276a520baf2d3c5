import { describe, expect, it } from 'vitest';
import type { ModelFamily, RepositoryLookup } from '../../api';
import { draftOf, emptyCard, emptyVariant, problemsOf, toCard, withLookup } from './card-draft';

const GB = 1024 ** 3;
const family = {
  id: 'f', name: 'Mine', provider: 'me', kind: 'llm', contextLength: 32768, logo: '', description: 'd', descriptionZh: '描述', origin: 'own', edited: false, hidden: false,
  variants: [{
    id: 'f/7b', label: '7B', name: 'Mine-7B', repositories: { modelscope: 'me/Mine-7B', huggingface: null }, revision: null, include: ['*.safetensors', '*.json'], exclude: [], format: 'safetensors', parameterCount: 7e9,
    activeParameterCount: null, dataType: 'BF16', bytes: 14 * GB, memoryNeedBytes: 19 * GB, contextLength: null, licence: 'mit', engineParameters: { vllm: '--dtype auto' }, modelId: null, state: 'absent', percent: 0, downloadId: null,
  }],
} as ModelFamily;
const found = { hub: 'modelscope', repository: 'me/Chat-1.5B-GGUF', revision: 'c', licence: 'mit', gated: false, files: [], selectedBytes: GB, format: 'gguf', parameterCount: null, dataType: 'Q4_K_M', contextLength: 4096 } as RepositoryLookup;

describe('a card of one’s own', () => {
  it('comes back from its form as it went in', () => {
    const { id, origin, edited, hidden, variants, ...head } = family;
    const [{ modelId, state, percent, downloadId, ...variant }] = variants as [ModelFamily['variants'][number]];
    expect([id, origin, edited, hidden, modelId, state, percent, downloadId]).toBeDefined();
    expect(toCard(draftOf(family))).toEqual({ ...head, variants: [variant] });
    expect(problemsOf(draftOf(family))).toEqual({});
  });

  it('names every field to mend', () => {
    const draft = { ...emptyCard(), context: '32k', variants: [{ ...emptyVariant(), huggingface: 'no-slash', size: 'big', engineParameters: 'vllm --x' }] };
    expect(Object.keys(problemsOf(draft))).toEqual(['name', 'contextLength', 'variants.0.label', 'variants.0.name', 'variants.0.repositories.huggingface', 'variants.0.bytes', 'variants.0.engineParameters']);
    expect(problemsOf(emptyCard())).toHaveProperty(['variants.0.repositories']);
  });

  it('takes what a look found, but not over what was typed', () => {
    expect(withLookup({ ...emptyVariant(), name: 'Typed' }, found)).toMatchObject({ name: 'Typed', label: '1.5B', format: 'gguf', size: '1', memory: '3.2', context: '4096', dataType: 'Q4_K_M', licence: 'mit' });
  });
});
