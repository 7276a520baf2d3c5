import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { X509Certificate, webcrypto } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Authority, SigningRequestError } from '../../src/pki/index.js';
import { openSecrets } from '../../src/secrets/index.js';
import type { Store } from '../../src/store/index.js';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

describeOnEveryDatabase('authority', (makeDatabase) => {
  let database: TestDatabase;
  let store: Store;
  let authority: Authority;

  beforeAll(async () => {
    database = await makeDatabase();
    store = await database.open();
    authority = await Authority.open(store, (await openSecrets(database.dataDir, store)).box);
  });
  afterAll(async () => {
    await store.close();
    await database.drop();
  });

  it('is made once and opens again as the same', async () => {
    const again = await Authority.open(store, (await openSecrets(database.dataDir, store)).box);
    expect([again.clusterId, again.rootPem]).toEqual([authority.clusterId, authority.rootPem]);
    const { chainPem } = await again.issueServer(['localhost']);
    expect(new X509Certificate(chainPem).verify(new X509Certificate(authority.rootPem).publicKey)).toBe(true);
  });

  it('takes nothing but the public key from a signing request', async () => {
    const keys = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
    const greedy = await x509.Pkcs10CertificateRequestGenerator.create({
      name: 'CN=control', keys, signingAlgorithm: P256,
      extensions: [
        new x509.BasicConstraintsExtension(true, 3, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
        new x509.SubjectAlternativeNameExtension([{ type: 'url', value: `spiffe://${authority.clusterId}/control` }, { type: 'dns', value: 'localhost' }]),
      ],
    });
    const { clientChainPem } = await authority.signMember(new Uint8Array(greedy.rawData), { role: 'agent', id: 'n1' }, { addresses: [] });
    const leaf = new X509Certificate(clientChainPem);
    expect(leaf.subjectAltName).toBe(`URI:spiffe://${authority.clusterId}/agent/n1`);
    expect(leaf.subject).toBe('CN=agent n1');
    expect(leaf.ca).toBe(false);
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(Date.parse(leaf.validTo) - Date.now()).toBeLessThan(30 * 86_400_000 + 1_000);
    expect(parseInt(leaf.serialNumber.slice(0, 2), 16)).toBeLessThan(0x80);
  });

  it('signs no key of another kind', async () => {
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const request = await x509.Pkcs10CertificateRequestGenerator.create({ name: 'CN=x', keys, signingAlgorithm: algorithm });
    await expect(authority.signMember(new Uint8Array(request.rawData), { role: 'agent', id: 'n1' }, { addresses: [] })).rejects.toBeInstanceOf(SigningRequestError);
  });

  it('writes every certificate of a chain on its own lines', async () => {
    const { chainPem } = await authority.issueServer(['localhost', '127.0.0.1', '::1', 'not a host']);
    expect(chainPem.match(/-----BEGIN CERTIFICATE-----\n/g)).toHaveLength(2);
    expect(chainPem).not.toContain('----------');
    expect(new X509Certificate(chainPem).subjectAltName).toBe(`DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, URI:spiffe://${authority.clusterId}/control`);
  });
});
