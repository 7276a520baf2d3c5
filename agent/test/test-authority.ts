import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import { formatMemberUri, type MemberIdentity } from '@openstation/proto';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

export interface Leaf {
  readonly keyPem: string;
  readonly certificatePem: string;
}

/** A certificate authority for one test: issues what the controller would. */
export class TestAuthority {
  private constructor(
    readonly clusterId: string,
    readonly certificatePem: string,
    private readonly certificate: x509.X509Certificate,
    private readonly keys: webcrypto.CryptoKeyPair,
  ) {}

  static async create(clusterId = 'c-test'): Promise<TestAuthority> {
    const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: 'CN=test root',
      notBefore: new Date(Date.now() - 3600_000),
      notAfter: new Date(Date.now() + 86_400_000),
      keys,
      signingAlgorithm: EC,
      extensions: [new x509.BasicConstraintsExtension(true, 1, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true)],
    });
    return new TestAuthority(clusterId, `${certificate.toString('pem')}\n`, certificate, keys);
  }

  /** A certificate for the key of a signing request. */
  async sign(csrDer: Uint8Array, identity: Pick<MemberIdentity, 'role' | 'id'>, usage: 'client' | 'server', lifeMs = 3_600_000): Promise<string> {
    const request = new x509.Pkcs10CertificateRequest(Uint8Array.from(csrDer).buffer);
    return this.#issue(await request.publicKey.export(webcrypto), identity, usage, lifeMs);
  }

  /** Key and certificate in one. */
  async issue(identity: Pick<MemberIdentity, 'role' | 'id'>, usage: 'client' | 'server'): Promise<Leaf> {
    const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    return {
      keyPem: `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/(.{64})/g, '$1\n').trimEnd()}\n-----END PRIVATE KEY-----\n`,
      certificatePem: await this.#issue(keys.publicKey, identity, usage, 3_600_000),
    };
  }

  async #issue(publicKey: webcrypto.CryptoKey, identity: Pick<MemberIdentity, 'role' | 'id'>, usage: 'client' | 'server', lifeMs: number): Promise<string> {
    const uri = formatMemberUri({ clusterId: this.clusterId, ...identity });
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: `0${Math.floor(Math.random() * 1e15).toString(16)}`,
      subject: `CN=${identity.role}`,
      issuer: this.certificate.subject,
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + lifeMs),
      signingKey: this.keys.privateKey,
      publicKey,
      signingAlgorithm: EC,
      extensions: [
        new x509.ExtendedKeyUsageExtension([usage === 'client' ? CLIENT_AUTH : SERVER_AUTH], true),
        new x509.SubjectAlternativeNameExtension([{ type: 'url', value: uri }, { type: 'ip', value: '127.0.0.1' }]),
      ],
    });
    return `${certificate.toString('pem')}\n`;
  }
}
