import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MemberFiles, type MemberRecord } from './member-files.js';

it('keeps an identity private and whole', async () => {
  const directory = join(await mkdtemp(join(tmpdir(), 'member-')), 'identity');
  const files = new MemberFiles(directory);
  expect(await files.load()).toBeUndefined();
  const record: MemberRecord = {
    memberId: 'm', clusterId: 'c', name: 'n', sessionAddress: 'localhost:1', privateKeyPem: 'k', certificateChainPem: 'c', dataCertificateChainPem: '', authorityPem: 'a',
  };
  await files.save(record);
  expect(await files.load()).toEqual(record);
  expect((await stat(join(directory, 'member.json'))).mode & 0o077).toBe(0);
});
