import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { authorityPin, formatJoinToken, joinSecretDigest, newJoinToken, parseJoinToken } from './join-token.js';

async function authority(): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({ name: 'CN=root', keys, signingAlgorithm: algorithm });
  return certificate.toString('pem');
}

describe('join token', () => {
  it('reads back what it made, with surrounding white space', async () => {
    const token = newJoinToken(await authority());
    expect(parseJoinToken(` ${formatJoinToken(token)}\n`)).toEqual(token);
  });

  it('pins the authority: another root has another pin', async () => {
    const root = await authority();
    expect(newJoinToken(root).pin).toBe(authorityPin(root));
    expect(authorityPin(root)).toHaveLength(52);
    expect(authorityPin(await authority())).not.toBe(authorityPin(root));
  });

  it('refuses a cut-off token', async () => {
    const text = formatJoinToken(newJoinToken(await authority()));
    expect(parseJoinToken(text.slice(0, -1))).toBeUndefined();
  });

  it('keeps a digest that does not contain the secret', async () => {
    const token = newJoinToken(await authority());
    expect(joinSecretDigest(token)).not.toContain(token.secret);
  });
});
