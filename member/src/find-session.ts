import { Metadata } from '@grpc/grpc-js';
import { EnrolmentClient, type GetAuthorityReply } from '@openstation/proto';
import { CONTROLLER_CHANNEL_OPTIONS, JoinError, controllerCredentials, unary } from './join-cluster.js';

const DEADLINE_MS = 5000;

/** `host:port` of the mutual-TLS listener: the host is the one of the enrolment listener. */
export function sessionAddress(controlAddress: string, sessionPort: number): string {
  return `${controlAddress.slice(0, controlAddress.lastIndexOf(':'))}:${sessionPort}`;
}

/**
 * Asks the controller where its mutual-TLS listener is now. Only a controller with a certificate of the root that this
 * member already trusts is believed: whoever answers on that port can lead nobody away. The signal ends the call.
 * @throws JoinError when it is away, is another one, or does not tell
 */
export async function findSession(controlAddress: string, authorityPem: string, signal: AbortSignal): Promise<string> {
  const client = new EnrolmentClient(controlAddress, controllerCredentials(authorityPem), CONTROLLER_CHANNEL_OPTIONS);
  const settled = new AbortController();
  try {
    const { sessionPort } = await unary<GetAuthorityReply>((done) => {
      const call = client.getAuthority({}, new Metadata(), { deadline: Date.now() + DEADLINE_MS }, done);
      signal.addEventListener('abort', () => call.cancel(), { once: true, signal: settled.signal });
    });
    if (sessionPort === 0) throw new JoinError(`${controlAddress} does not tell the port for its members: it is of an older version`, true);
    return sessionAddress(controlAddress, sessionPort);
  } finally {
    settled.abort();
    client.close();
  }
}
