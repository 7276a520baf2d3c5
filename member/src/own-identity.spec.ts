import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemberFiles, type MemberRecord } from './member-files.js';
import { OwnIdentity } from './own-identity.js';

const RECORD: MemberRecord = {
  memberId: 'n-1', clusterId: 'c-1', name: 'n', sessionAddress: '10.0.0.1:30200', privateKeyPem: 'k', certificateChainPem: 'c', dataCertificateChainPem: 'd', authorityPem: 'a',
};
let directory: string;
let files: MemberFiles;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'os-identity-'));
  files = new MemberFiles(directory);
  await files.save(RECORD);
});

afterEach(() => rm(directory, { recursive: true, force: true }));

describe('the identity of a member', () => {
  it('two changes at once lose nothing of each other, on disk and in use', async () => {
    const identity = new OwnIdentity(files, RECORD);
    await Promise.all([identity.change({ sessionAddress: '10.0.0.1:31200' }), identity.change({ privateKeyPem: 'k2', certificateChainPem: 'c2' })]);
    const both = { ...RECORD, sessionAddress: '10.0.0.1:31200', privateKeyPem: 'k2', certificateChainPem: 'c2' };
    expect([identity.record, await files.load()]).toEqual([both, both]);
  });

  it('what could not be written is not in use, and the next change works', async () => {
    let full = true;
    const identity = new OwnIdentity({ save: () => (full ? Promise.reject(new Error('no space left')) : Promise.resolve()) }, RECORD);
    await expect(identity.change({ privateKeyPem: 'k2' })).rejects.toThrow('no space left');
    expect(identity.record).toEqual(RECORD);
    full = false;
    await identity.change({ certificateChainPem: 'c2' });
    expect(identity.record).toEqual({ ...RECORD, certificateChainPem: 'c2' });
  });
});
