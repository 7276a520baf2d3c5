import type { Socket } from 'node:net';
import ssh2 from 'ssh2';
import { dial } from './dial.js';
import { HOST_KEY_ALGORITHMS, describeHostKey, type HostKey } from './fingerprint.js';
import { JobFault } from './job-fault.js';
import { plainText } from './log-lines.js';

export const CONNECT_MS = 10_000;
const BANNER_CHARACTERS = 2_000;

export interface ProbedHost {
  readonly keys: readonly HostKey[];
  /** What the server says before its name; empty mostly. */
  readonly banner: string;
  /** Of the first TCP connection. */
  readonly latencyMs: number;
}

/** One handshake finds one key: the client says which kinds it takes, the server shows its first of them. */
const KINDS = [
  HOST_KEY_ALGORITHMS['ssh-ed25519'],
  [...HOST_KEY_ALGORITHMS['ecdsa-sha2-nistp256'], ...HOST_KEY_ALGORITHMS['ecdsa-sha2-nistp384'], ...HOST_KEY_ALGORITHMS['ecdsa-sha2-nistp521']],
  HOST_KEY_ALGORITHMS['ssh-rsa'],
] as const;

/**
 * The host keys of a server, each from a handshake that ends before any authentication: nothing but our name of the
 * protocol is sent. 10 seconds for all.
 * @throws JobFault "unreachable", "not-ssh"
 */
export async function probeHost(address: string, port: number, signal?: AbortSignal): Promise<ProbedHost> {
  const started = performance.now();
  const left = () => Math.max(1, CONNECT_MS - (performance.now() - started));
  const found: HostKey[] = [];
  let banner = '';
  let latencyMs = 0;
  for (const [index, algorithms] of KINDS.entries()) {
    const socket = await dial(address, port, left(), signal);
    if (index === 0) latencyMs = Math.round((performance.now() - started) * 10) / 10;
    const seen = await handshake(socket, [...algorithms], left());
    banner ||= seen.banner;
    if (seen.key) found.push(describeHostKey(seen.key));
  }
  if (found.length === 0) throw new JobFault('not-ssh', `${address} port ${port} has no host key of a kind that is safe today (ed25519, ecdsa, rsa with SHA-2)`);
  return { keys: found, banner, latencyMs };
}

function handshake(socket: Socket, serverHostKey: ssh2.ServerHostKeyAlgorithm[], timeoutMs: number): Promise<{ key: Buffer | undefined; banner: string }> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    let key: Buffer | undefined;
    let banner = '';
    let over = false;
    const finish = (error?: Error) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      client.destroy();
      socket.destroy();
      const noSuchKind = error !== undefined && /no matching host key/i.test(error.message);
      if (key || noSuchKind) resolve({ key, banner });
      else reject(new JobFault('not-ssh', `what answers there does not speak SSH as it should: ${plainText(error?.message ?? 'the connection ended').slice(0, 200)}`));
    };
    // The library's own time limit starts anew with the identification: this one covers all.
    const timer = setTimeout(() => finish(new Error(`no answer within ${Math.round(timeoutMs / 1000)} s`)), timeoutMs);
    client.on('greeting', (text) => (banner = plainText(text.replaceAll(/\r?\n/g, ' ')).trim().slice(0, BANNER_CHARACTERS)));
    client.on('error', finish);
    client.on('close', () => finish());
    socket.on('error', finish);
    client.connect({
      sock: socket, username: 'nobody', readyTimeout: timeoutMs, algorithms: { serverHostKey },
      hostVerifier: (blob: Buffer) => {
        key = Buffer.from(blob);
        return false;
      },
    });
  });
}
