import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import { createLogger } from '@openstation/kit';
import { expect, it } from 'vitest';
import type { MemberRecord } from './member-files.js';
import { OwnIdentity } from './own-identity.js';
import { renewForever } from './renewal.js';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const HOUR_MS = 3_600_000;

async function certificate(notBefore: number, notAfter: number): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const made = await x509.X509CertificateGenerator.createSelfSigned({ name: 'CN=x', keys, signingAlgorithm: EC, notBefore: new Date(notBefore), notAfter: new Date(notAfter) });
  return made.toString('pem');
}

/** Renews until the first success; the controller is away for the first `refusals` requests. */
async function renewOnce(life: [number, number], refusals: number) {
  const record: MemberRecord = {
    memberId: 'm', clusterId: 'c', name: 'n', sessionAddress: 'localhost:1', privateKeyPem: 'old', certificateChainPem: await certificate(...life), dataCertificateChainPem: 'data', authorityPem: 'root',
  };
  const fresh = await certificate(Date.now(), Date.now() + HOUR_MS);
  const saved: MemberRecord[] = [];
  const identity = new OwnIdentity({ save: async (next) => void saved.push(next) }, record);
  const stopping = new AbortController();
  const requests: Buffer[] = [];
  await renewForever(
    {
      identity,
      request: async (csrDer) => {
        requests.push(csrDer);
        if (requests.length <= refusals) throw new Error('away');
        return { certificateChainPem: fresh };
      },
      recovery: () => { throw new Error('the certificate has not run out'); },
      onRenewed: () => stopping.abort(),
      log: createLogger('member', 'silent'),
    },
    AbortSignal.any([stopping.signal, AbortSignal.timeout(5000)]),
  );
  return { record, fresh, saved, requests, now: identity.record };
}

it('renews what is due with a new key each time, again until the controller answers; what it does not send stays', async () => {
  const { record, fresh, saved, requests, now } = await renewOnce([Date.now() - 9 * HOUR_MS, Date.now() + HOUR_MS], 1);
  expect(requests).toHaveLength(2);
  expect(requests[0]).not.toEqual(requests[1]);
  expect(now).toEqual({ ...record, certificateChainPem: fresh, privateKeyPem: expect.stringContaining('PRIVATE KEY') });
  expect(saved).toEqual([now]);
});

it('asks for nothing before half of the life is over', async () => {
  const stopped = AbortSignal.timeout(200);
  const identity = new OwnIdentity({ save: () => Promise.reject(new Error('unexpected')) }, {
    memberId: 'm', clusterId: 'c', name: 'n', sessionAddress: 'localhost:1', privateKeyPem: 'k', certificateChainPem: await certificate(Date.now(), Date.now() + HOUR_MS), dataCertificateChainPem: '', authorityPem: 'root',
  });
  let asked = 0;
  await renewForever({ identity, request: () => Promise.reject(new Error(`asked ${(asked += 1)} times`)), recovery: () => { throw new Error('unexpected'); }, onRenewed: () => undefined, log: createLogger('member', 'silent') }, stopped);
  expect(asked).toBe(0);
});
