import { describe, expect, it } from 'vitest';
import { anOperation } from '../../../test/fixtures';
import type { Download, ModelFamily, ModelVariant } from '../../api';
import { shownDownload, withLiveProgress } from './live-families';

const download = (id: string, state: Download['state'], percent = 10) => ({ id, state, operation: anOperation({ id: `o-${id}`, kind: 'download-model', state: 'running', percent }) }) as Download;
const family = (...variants: Partial<ModelVariant>[]) => ({ id: 'f', variants: variants.map((each) => ({ state: 'absent', percent: 0, downloadId: null, ...each })) }) as ModelFamily;

describe('chips', () => {
  it.each([
    ['running', 'downloading', 42.17], ['waiting', 'downloading', 42.17], ['paused', 'paused', 42.17], ['failed', 'failed', 42.17], ['succeeded', 'ready', 42.17], ['cancelled', 'absent', 0],
  ] as const)('of a %s download are %s', (state, shown, percent) => {
    const [one] = withLiveProgress([family({ downloadId: 'd', state: 'queued' })], [download('d', 'active')], [anOperation({ id: 'o-d', state, percent: 42.17 })]);
    expect(one?.variants[0]).toMatchObject({ state: shown, percent });
  });

  it('stay as the catalog says while the download is not known', () => {
    const [one] = withLiveProgress([family({ downloadId: 'd', state: 'queued', percent: 3 })], [], []);
    expect(one?.variants[0]).toMatchObject({ state: 'queued', percent: 3 });
  });
});

describe('the foot of a card', () => {
  it('shows what runs and counts the rest', () => {
    const found = shownDownload(family({ downloadId: 'a', label: '7B' }, { downloadId: 'b', label: '8B' }, {}), [download('a', 'queued'), download('b', 'active')]);
    expect([found?.variant.label, found?.others]).toEqual(['8B', 1]);
  });

  it('has nothing to show for what is over', () => {
    expect(shownDownload(family({ downloadId: 'a' }), [download('a', 'done')])).toBeNull();
  });
});
