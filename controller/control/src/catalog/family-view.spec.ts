import { describe, expect, it } from 'vitest';
import { familyView } from './family-view.js';
import { listedCards } from './listed-cards.js';
import { shippedCards } from './shipped-cards.js';

const [card] = listedCards(shippedCards, []);
if (!card) throw new Error('no card');
const model = (id: string, state: 'ready' | 'downloading' | 'failed' | 'deleting', createdAt = 1) => ({ id, state, variantId: 'deepseek-r1/1.5b', createdAt });
const seen = (models: ReturnType<typeof model>[], downloads = new Map()) => familyView(card, models, downloads).variants.at(-1);

describe('a variant', () => {
  it('is absent without a model, and again while one is deleted', () => {
    expect(seen([])).toMatchObject({ state: 'absent', percent: 0, modelId: null, downloadId: null });
    expect(seen([model('a', 'deleting')])).toMatchObject({ state: 'absent', modelId: null });
  });

  it.each(['queued', 'downloading', 'paused'] as const)('is %s as its download says', (state) => {
    expect(seen([model('a', 'downloading')], new Map([['a', { downloadId: 'd', state, percent: 84.09 }]]))).toMatchObject({ state, percent: 84.09, modelId: 'a', downloadId: 'd' });
  });

  it('keeps the percent of a failed download', () => {
    expect(seen([model('a', 'failed')], new Map([['a', { downloadId: 'd', state: 'failed', percent: 40 }]]))).toMatchObject({ state: 'failed', percent: 40, downloadId: 'd' });
  });

  it('shows the better of two models', () => {
    expect(seen([model('a', 'failed', 3), model('b', 'ready', 1), model('c', 'downloading', 2)])).toMatchObject({ state: 'ready', percent: 100, modelId: 'b' });
  });

  it('does not mix with its siblings', () => expect(familyView(card, [model('a', 'ready')], new Map()).variants.filter(({ state }) => state === 'ready')).toHaveLength(1));
});
