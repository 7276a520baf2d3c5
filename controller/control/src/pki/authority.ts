import { createHash, randomUUID, webcrypto } from 'node:crypto';
import { formatMemberUri, type MemberIdentity } from '@openstation/proto';
import * as x509 from '@peculiar/x509';
import type { SecretBox } from '../secrets/index.js';
import type { Store } from '../store/index.js';
import { AuthorityRow } from './pki.store.js';
import { BACKDATE_MS, CLIENT_AUTH, DAY_MS, EC_P256, SERVER_AUTH, hostNames, newSerial, pemOf, privateKeyPem } from './x509-names.js';

const ROOT_DAYS = 3650;
const SERVER_DAYS = 397;
/** Members renew between half and four fifths of it. */
const MEMBER_LIFE_MS = 30 * DAY_MS;
const SEAL_CONTEXT = 'authority|private-key|root';

/** A signing request that is not what it claims to be. */
export class SigningRequestError extends Error {}

export interface MemberCertificates {
  readonly clientChainPem: string;
  /** Empty for gateways. */
  readonly dataChainPem: string;
}

/** The cluster's certificate authority: one P-256 root, its key sealed in the database. */
export class Authority {
  private constructor(
    readonly clusterId: string,
    readonly rootPem: string,
    private readonly root: x509.X509Certificate,
    private readonly key: webcrypto.CryptoKey,
    private readonly memberLifeMs: number,
  ) {}

  /** Opens the cluster's root, or makes it in a new database. Members' certificates live for `memberLifeMs`. */
  static async open(store: Store, secrets: SecretBox, memberLifeMs = MEMBER_LIFE_MS): Promise<Authority> {
    const row = (await store.manager.findOneBy(AuthorityRow, { id: 'root' })) ?? (await makeRoot(store, secrets));
    const pkcs8 = secrets.open(SEAL_CONTEXT, row.sealedKey);
    const key = await webcrypto.subtle.importKey('pkcs8', pkcs8, EC_P256, false, ['sign']);
    return new Authority(row.clusterId, row.certificatePem, new x509.X509Certificate(row.certificatePem), key, memberLifeMs);
  }

  /** Certificate and fresh key for the controller's own listeners: the given names, and the controller's member name. */
  async issueServer(hosts: readonly string[]): Promise<{ keyPem: string; chainPem: string }> {
    const keys = await newKeys();
    const names = [...hostNames(hosts), memberName({ clusterId: this.clusterId, role: 'control', id: '' })];
    const publicKey = new x509.PublicKey(await webcrypto.subtle.exportKey('spki', keys.publicKey));
    const certificate = await this.#issue('CN=OpenStation control', publicKey, SERVER_AUTH, names, SERVER_DAYS * DAY_MS);
    return { keyPem: await privateKeyPem(keys.privateKey), chainPem: pemOf(certificate) + this.rootPem };
  }

  /**
   * Certificates for the key of a signing request. Only its public key is used; every name comes from here.
   * @throws SigningRequestError when it is not signed by its own key, or not P-256
   */
  async signMember(csrDer: Uint8Array, member: Omit<MemberIdentity, 'clusterId'>, options: { addresses: readonly string[] }): Promise<MemberCertificates> {
    const publicKey = await verifiedKey(csrDer);
    const name = memberName({ ...member, clusterId: this.clusterId });
    const subject = `CN=${member.role} ${member.id}`;
    const client = await this.#issue(subject, publicKey, CLIENT_AUTH, [name], this.memberLifeMs);
    const data = member.role === 'agent' ? await this.#issue(subject, publicKey, SERVER_AUTH, [name, ...hostNames(options.addresses)], this.memberLifeMs) : undefined;
    return { clientChainPem: pemOf(client) + this.rootPem, dataChainPem: data ? pemOf(data) + this.rootPem : '' };
  }

  #issue(subject: string, publicKey: x509.PublicKey, usage: string, names: x509.JsonGeneralNames, lifeMs: number): Promise<x509.X509Certificate> {
    return x509.X509CertificateGenerator.create({
      serialNumber: newSerial(),
      subject,
      issuer: this.root.subject,
      notBefore: new Date(Date.now() - BACKDATE_MS),
      notAfter: new Date(Date.now() + lifeMs),
      publicKey,
      signingKey: this.key,
      signingAlgorithm: EC_P256,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([usage]),
        new x509.SubjectAlternativeNameExtension(names),
      ],
    });
  }
}

/** SHA-256 of a public key (SPKI, DER), hex: two certificates of the same key have the same. */
function keyDigestOf(spki: Uint8Array): string {
  return createHash('sha256').update(spki).digest('hex');
}

/** The key digest and the end of life of the first certificate of a chain. */
export function certificateFacts(chainPem: string): { keyDigest: string; expiresAt: number } {
  const leaf = new x509.X509Certificate(chainPem);
  return { keyDigest: keyDigestOf(new Uint8Array(leaf.publicKey.rawData)), expiresAt: leaf.notAfter.getTime() };
}

/** SHA-256 of the request's public key, hex: tells a repeated request from another one. @throws SigningRequestError */
export async function signingKeyDigest(csrDer: Uint8Array): Promise<string> {
  const key = await verifiedKey(csrDer);
  return keyDigestOf(new Uint8Array(key.rawData));
}

async function verifiedKey(csrDer: Uint8Array): Promise<x509.PublicKey> {
  let request: x509.Pkcs10CertificateRequest;
  let genuine: boolean;
  try {
    request = new x509.Pkcs10CertificateRequest(Uint8Array.from(csrDer));
    genuine = await request.verify();
  } catch {
    throw new SigningRequestError('the signing request cannot be read');
  }
  if (!genuine) throw new SigningRequestError('the signing request is not signed by its own key');
  const { name, namedCurve } = request.publicKey.algorithm as { name: string; namedCurve?: string };
  if (name !== 'ECDSA' || namedCurve !== 'P-256') throw new SigningRequestError('the key of a member must be P-256');
  return request.publicKey;
}

async function makeRoot(store: Store, secrets: SecretBox): Promise<AuthorityRow> {
  const keys = await newKeys();
  const clusterId = randomUUID();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: `CN=OpenStation cluster ${clusterId}`,
    notBefore: new Date(Date.now() - BACKDATE_MS),
    notAfter: new Date(Date.now() + ROOT_DAYS * DAY_MS),
    keys: keys,
    signingAlgorithm: EC_P256,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const row = Object.assign(new AuthorityRow(), { id: 'root', clusterId, certificatePem: pemOf(certificate), sealedKey: secrets.seal(SEAL_CONTEXT, pkcs8), createdAt: Date.now() });
  await store.transaction(({ manager }) => manager.insert(AuthorityRow, row));
  return row;
}

function memberName(identity: MemberIdentity): { type: 'url'; value: string } {
  return { type: 'url', value: formatMemberUri(identity) };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(EC_P256, true, ['sign', 'verify']);
}
