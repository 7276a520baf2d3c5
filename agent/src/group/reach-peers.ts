import { connect } from 'node:net';

export interface Peer {
  readonly address: string;
  /** Where its agent listens. */
  readonly dataPort: number;
}

const WITHIN_MS = 5000;

/**
 * Tries a connection to every other member from this node's address of the group. An answer of any kind, a refusal too, tells
 * that packets come and go.
 * @returns the first member that does not answer, in words; undefined when all do
 */
export async function unreachablePeer(own: string, others: readonly Peer[], withinMs = WITHIN_MS): Promise<string | undefined> {
  const problems = await Promise.all(others.map((peer) => problemWith(own, peer, withinMs)));
  return problems.find((problem) => problem !== undefined);
}

function problemWith(own: string, { address, dataPort }: Peer, withinMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: dataPort, localAddress: own });
    const end = (problem: string | undefined): void => {
      socket.destroy();
      resolve(problem && `this node (${own}) does not reach the member at ${address}: ${problem}`);
    };
    socket.setTimeout(withinMs, () => end(`no answer within ${withinMs / 1000} s`));
    socket.once('connect', () => end(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET' ? undefined : (error.code ?? error.message)));
  });
}
