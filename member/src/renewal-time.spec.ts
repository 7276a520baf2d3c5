import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { renewalTime } from './renewal-time.js';

describe('renewal', () => {
  it('falls between 50 and 80 % of the life', async () => {
    const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({ name: 'CN=x', keys, signingAlgorithm, notBefore: new Date(1_000_000), notAfter: new Date(2_000_000) });
    expect(renewalTime(certificate.toString('pem'), 0)).toBe(1_500_000);
    expect(renewalTime(certificate.toString('pem'), 1)).toBe(1_800_000);
  });
});
