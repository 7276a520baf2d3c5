import { webcrypto } from 'node:crypto';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { Metadata, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { EnrolmentClient, authorityPin, memberFromSubjectAltName, parseJoinToken, type JoinReply, type MemberKind } from '@openstation/proto';

const EC_P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const JOIN_DEADLINE_MS = 15_000;

/**
 * Every channel to the controller asks for this name. Members reach it by any address, also by IP, which TLS
 * does not allow as a server name; who answered is decided by the certificate's member name alone.
 */
export const CONTROLLER_CHANNEL_OPTIONS = { 'grpc.ssl_target_name_override': 'control.openstation.internal' } as const;

/** Why joining failed, in words a person can act on. `retryable` tells a network fault from a refusal. */
export class JoinError extends Error {
  constructor(message: string, readonly retryable: boolean) {
    super(message);
  }
}

export interface JoinWish {
  /** host:port of the enrolment listener. */
  readonly controlAddress: string;
  readonly joinToken: string;
  readonly kind: MemberKind;
  readonly name: string;
  readonly addresses: string[];
  readonly machineId: string;
  /** Of the running kernel; tells a clone from the same machine. */
  readonly bootId?: string;
}

export interface JoinedMember extends JoinReply {
  /** PKCS#8, PEM. Made here; it never leaves this machine. */
  readonly privateKeyPem: string;
}

/**
 * Redeems a join token: asks for the root without trusting it, compares it with the token's pin, and only
 * then, over a connection verified against that root, sends the secret and a signing request.
 * @throws JoinError
 */
export async function joinCluster(wish: JoinWish): Promise<JoinedMember> {
  const token = parseJoinToken(wish.joinToken);
  if (!token) throw new JoinError('the join token is not complete: copy it again from the console', false);
  const authorityPem = await fetchAuthority(wish.controlAddress);
  if (authorityPin(authorityPem) !== token.pin) {
    throw new JoinError(`${wish.controlAddress} is not the controller that issued this join token`, false);
  }
  const request = await newSigningRequest();
  const client = new EnrolmentClient(wish.controlAddress, controllerCredentials(authorityPem), CONTROLLER_CHANNEL_OPTIONS);
  try {
    const reply = await unary<JoinReply>((done) =>
      client.join(
        {
          joinToken: wish.joinToken.trim(),
          kind: wish.kind,
          csrDer: request.der,
          name: wish.name,
          addresses: wish.addresses,
          machineId: wish.machineId,
          bootId: wish.bootId ?? '',
        },
        new Metadata(),
        { deadline: Date.now() + JOIN_DEADLINE_MS },
        done,
      ),
    );
    return { ...reply, privateKeyPem: request.privateKeyPem };
  } finally {
    client.close();
  }
}

/**
 * Channel credentials towards the controller: its certificate must chain to the root and carry the
 * controller's own name; host names do not matter, because members reach it by any address.
 */
export function controllerCredentials(authorityPem: string, privateKeyPem?: string, certificateChainPem?: string) {
  return credentials.createSsl(
    Buffer.from(authorityPem),
    privateKeyPem === undefined ? null : Buffer.from(privateKeyPem),
    certificateChainPem === undefined ? null : Buffer.from(certificateChainPem),
    { checkServerIdentity: requireControl },
  );
}

/** A fresh P-256 key and a PKCS#10 request for it. */
export async function newSigningRequest(): Promise<{ der: Buffer; privateKeyPem: string }> {
  // Loaded when needed: members join once and renew every few weeks, and this costs 10 MB of memory.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const keys = await webcrypto.subtle.generateKey(EC_P256, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({ name: 'CN=openstation', keys, signingAlgorithm: EC_P256 });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return { der: Buffer.from(request.rawData), privateKeyPem: pem('PRIVATE KEY', pkcs8) };
}

function requireControl(_host: string, certificate: PeerCertificate): Error | undefined {
  const member = memberFromSubjectAltName(certificate.subjectaltname);
  return member?.role === 'control' ? undefined : checkServerIdentity('control.openstation.invalid', certificate);
}

async function fetchAuthority(controlAddress: string): Promise<string> {
  const untrusted = credentials.createSsl(null, null, null, { rejectUnauthorized: false, checkServerIdentity: () => undefined });
  const client = new EnrolmentClient(controlAddress, untrusted, CONTROLLER_CHANNEL_OPTIONS);
  try {
    const reply = await unary<{ authorityPem: string }>((done) =>
      client.getAuthority({}, new Metadata(), { deadline: Date.now() + JOIN_DEADLINE_MS }, done),
    );
    return reply.authorityPem;
  } finally {
    client.close();
  }
}

/** The network's own faults; every other code is the controller's answer. */
const NETWORK_FAULTS: readonly status[] = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED];

/** A call as a promise. @throws JoinError */
export function unary<T>(call: (done: (error: ServiceError | null, reply: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, reply) => {
      if (error) reject(new JoinError(error.details || error.message, NETWORK_FAULTS.includes(error.code)));
      else resolve(reply);
    });
  });
}

function pem(label: string, der: Buffer): string {
  return `-----BEGIN ${label}-----\n${der.toString('base64').replace(/(.{64})/g, '$1\n').trimEnd()}\n-----END ${label}-----\n`;
}
