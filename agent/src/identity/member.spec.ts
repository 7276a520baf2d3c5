import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@openstation/kit';
import { MemberFiles, type MemberRecord } from '@openstation/member';
import { expect, it } from 'vitest';
import { ensureMember } from './member.js';

it('looks for the controller at the configured host, not at the one of the join', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'os-identity-'));
  const files = new MemberFiles(directory);
  const joined: MemberRecord = {
    memberId: 'n-1', clusterId: 'c-1', name: 'n', sessionAddress: '10.0.0.1:30200', privateKeyPem: 'k', certificateChainPem: 'c', dataCertificateChainPem: 'd', authorityPem: 'a',
  };
  await files.save(joined);
  const settings = { controlAddress: 'control.example:30201', joinToken: undefined, joinTokenFile: undefined, name: 'n', addresses: [], machineId: '', bootId: '' };
  const member = await ensureMember(files, settings, createLogger('agent', 'silent'), new AbortController().signal);
  const expected = { ...joined, sessionAddress: 'control.example:30200' };
  expect([member, await files.load()]).toEqual([expected, expected]);
  await rm(directory, { recursive: true, force: true });
});
