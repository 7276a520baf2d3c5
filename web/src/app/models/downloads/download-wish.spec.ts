import { describe, expect, it } from 'vitest';
import type { Download, DownloadPreview } from '../../api';
import { anOperation } from '../../../test/fixtures';
import { deedsOf } from './download-actions';
import { hubsOf, restricted, warningsOf } from './download-wish';

const preview = { fits: true, gated: false, licence: 'mit', memoryNeedBytes: 10 } as DownloadPreview;

describe('before a download', () => {
  it('has nothing to warn of when all is well', () => expect(warningsOf(preview, 20)).toEqual([]));
  it('warns of all there is, the worst first', () => expect(warningsOf({ ...preview, fits: false, gated: true, licence: null, memoryNeedBytes: 30 }, 20)).toEqual(['space', 'gated', 'memory', 'licence']));
  it('does not judge memory while no node is known', () => expect(warningsOf({ ...preview, memoryNeedBytes: 1e15 }, null)).toEqual([]));
  it.each([['apache-2.0', false], ['MIT', false], ['llama3.1', true], [null, true], ['cc-by-nc-4.0', true]] as const)('licence %s is to be read: %s', (licence, is) => expect(restricted(licence)).toBe(is));
  it('offers the hubs that have it', () => expect(hubsOf({ repositories: { modelscope: null, huggingface: 'a/b' } })).toEqual(['huggingface']));
});

it('offers only the deeds that the job allows, cancel last', () => {
  expect(deedsOf({ operation: anOperation({ can: ['cancel', 'pause', 'give-up'] }) } as Download)).toEqual(['pause', 'cancel']);
});
