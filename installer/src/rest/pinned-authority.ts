import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type DetailedPeerCertificate } from 'node:tls';
import { deadline, writeFileAtomic } from '@openstation/kit';
import type { DataDirectory } from '../install/index.js';
import { portOwners } from '../ports/index.js';

const FILE = 'authority.pem';
const CONNECT_MS = 3_000;

/** The certificate that the controller's own must chain to, as learnt when it was started. */
export async function pinnedAuthority(data: DataDirectory): Promise<string> {
  return readFile(join(data.run, FILE), 'utf8');
}

/**
 * Learns the cluster's root from the controller that was just started. The port is asked without trusting it, so
 * the kernel has to say that it is our own child that listens there; from then on the root is the trust.
 * @throws Error while the child does not listen, or when somebody else does
 */
export async function learnAuthority(data: DataDirectory, port: number, childPid: number): Promise<void> {
  const { owners } = await portOwners(port);
  if (owners.length === 0) throw new Error(`nobody listens on port ${port} yet`);
  const stranger = owners.find(({ pid }) => pid !== childPid);
  if (stranger) throw new Error(`port ${port} belongs to pid ${stranger.pid} (${stranger.command}), not to our controller`);
  const chain = await deadline(certificateChain(port), CONNECT_MS, `TLS to port ${port}`);
  const root = chain.at(-1);
  if (!root) throw new Error(`port ${port} shows no certificate`);
  await writeFileAtomic(join(data.run, FILE), new X509Certificate(root).toString(), 0o644);
}

/** SHA-256 of the console's certificate, as browsers show it. */
export async function consoleFingerprint(port: number, authorityPem: string): Promise<string> {
  const [leaf] = await deadline(certificateChain(port, authorityPem), CONNECT_MS, `TLS to port ${port}`);
  if (!leaf) throw new Error(`port ${port} shows no certificate`);
  return new X509Certificate(leaf).fingerprint256;
}

/** DER certificates, the server's own first. Verified only when an authority is given. */
function certificateChain(port: number, authorityPem?: string): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const trust = authorityPem === undefined ? { rejectUnauthorized: false } : { ca: authorityPem };
    const socket = connect({ host: '127.0.0.1', port, ...trust }, () => {
      const chain: Buffer[] = [];
      let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
      // A root is its own issuer: the chain ends where it would repeat itself.
      while (certificate?.raw && !chain.some((known) => known.equals(certificate?.raw ?? Buffer.alloc(0)))) {
        chain.push(certificate.raw);
        certificate = certificate.issuerCertificate;
      }
      socket.destroy();
      resolve(chain);
    });
    socket.once('error', reject);
  });
}
