import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export interface Issued {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** A cluster root and the certificates it gives, as the controller makes them. */
export class TestAuthority {
  private constructor(
    readonly clusterId: string,
    private readonly keys: webcrypto.CryptoKeyPair,
    private readonly root: x509.X509Certificate,
  ) {}

  static async create(clusterId = 'c1'): Promise<TestAuthority> {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const root = await x509.X509CertificateGenerator.createSelfSigned({
      name: 'CN=test root',
      keys,
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 86_400_000),
      extensions: [new x509.BasicConstraintsExtension(true, 1, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true)],
    });
    return new TestAuthority(clusterId, keys, root);
  }

  get pem(): string {
    return this.root.toString('pem');
  }

  /** `path` such as `agent/n1` or `control`. */
  async issue(path: string, lifeMs = 3_600_000): Promise<Issued> {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    return {
      certificatePem: await this.#certify(keys.publicKey, path, lifeMs),
      privateKeyPem: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`,
    };
  }

  async sign(csrDer: Buffer, path: string, lifeMs = 3_600_000): Promise<string> {
    const request = new x509.Pkcs10CertificateRequest(csrDer);
    return this.#certify(await request.publicKey.export(ALGORITHM, ['verify']), path, lifeMs);
  }

  async #certify(publicKey: webcrypto.CryptoKey, path: string, lifeMs: number): Promise<string> {
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `CN=${path}`,
      issuer: this.root.subject,
      publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(Date.now() - 1000),
      notAfter: new Date(Date.now() + lifeMs),
      extensions: [
        new x509.SubjectAlternativeNameExtension([{ type: 'url', value: `spiffe://${this.clusterId}/${path}` }]),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth, x509.ExtendedKeyUsage.serverAuth]),
      ],
    });
    return certificate.toString('pem');
  }
}
