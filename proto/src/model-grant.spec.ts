import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { modelDigest, parseByteRange, parseModelPath, modelFilePath, pieceCount, MODEL_PIECE_BYTES } from './index.js';
import { readModelGrant } from './model-grant.js';

const digest = 'a'.repeat(64);

describe('paths and ranges of model files', () => {
  it('reads back what it writes, and nothing else', () => {
    expect(parseModelPath(modelFilePath(digest, 'a dir/ü%?#.json'))).toEqual({ digest, file: 'a dir/ü%?#.json' });
    expect(parseModelPath(`/models/${digest}/pieces`)).toEqual({ digest, file: undefined });
    for (const path of [`/models/${digest}/files/%`, '/models/x/pieces', `/models/${digest}/other`, `/models/${digest}/files/`, '/v1/models']) expect(parseModelPath(path)).toBeUndefined();
  });

  it('takes one plain range inside the file', () => {
    expect(parseByteRange('bytes=0-9', 10)).toEqual([0, 10]);
    for (const header of [undefined, 'bytes=0-10', 'bytes=5-4', 'bytes=-5', 'bytes=0-1,3-4', 'bytes=0-']) expect(parseByteRange(header, 10)).toBeUndefined();
  });

  it('numbers pieces and names bytes whatever the order of the list', () => {
    expect([0, 1, MODEL_PIECE_BYTES, MODEL_PIECE_BYTES + 1].map(pieceCount)).toEqual([0, 1, 1, 2]);
    const [a, b] = [{ path: 'a', bytes: 1, sha256: '1' }, { path: 'b', bytes: 2, sha256: '2' }];
    expect(modelDigest([a, b])).toBe(modelDigest([b, a]));
    expect(modelDigest([a])).not.toBe(modelDigest([{ ...a, bytes: 2 }]));
  });
});

describe('a grant', () => {
  it('is nothing when it is made up', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const claims = Buffer.from(JSON.stringify({ nodeId: 'n', manifestDigest: digest, expiresAtMs: 9e15 }));
    const made = [claims, sign('sha256', claims, privateKey), Buffer.from('no certificate')].map((part) => part.toString('base64url')).join('.');
    for (const text of ['', 'a.b', made, `${made}.x`]) expect(readModelGrant(text, { clusterId: 'c', authorityPem: '' }, 0)).toBeUndefined();
  });
});
