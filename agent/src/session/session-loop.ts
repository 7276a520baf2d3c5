import { Backoff, sleep, type Logger, type MemberRecord } from '@openstation/kit';
import { CONTROLLER_CHANNEL_OPTIONS, DispatcherClient, controllerCredentials } from '@openstation/proto';
import type { SessionHandlers } from './session-handlers.js';
import { Session } from './session.js';

/** A refused, displaced or removed agent does not knock every half second. */
const CALM_PAUSE_MS = 15_000;

const CHANNEL_OPTIONS = {
  ...CONTROLLER_CHANNEL_OPTIONS,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.max_receive_message_length': 16 * 1024 * 1024,
  'grpc.enable_retries': 0,
  // Sessions of one process never share a connection: one failed life must not leak into the next.
  'grpc.use_local_subchannel_pool': 1,
};

export interface SessionLoopParts {
  readonly member: () => MemberRecord;
  readonly handlers: SessionHandlers;
  /** A session began or ended. */
  readonly onCurrent: (session: Session | undefined) => void;
  readonly log: Logger;
}

/** Sessions, one after the other, until the signal: pauses double from 0.5 s to 30 s and start afresh after a welcome. */
export async function keepSession(parts: SessionLoopParts, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff({ firstMs: 500, maxMs: 30_000 });
  while (!signal.aborted) {
    const session = new Session(connect(parts.member()), parts.handlers);
    const stop = (): void => session.end('the agent stops');
    signal.addEventListener('abort', stop, { once: true });
    parts.onCurrent(session);
    const { reason, calm } = await session.run();
    parts.onCurrent(undefined);
    signal.removeEventListener('abort', stop);
    if (signal.aborted) return;
    if (session.welcomed) backoff.reset();
    const pauseMs = calm ? CALM_PAUSE_MS : backoff.next();
    parts.log.warn({ reason, pauseMs }, 'session ended; engines go on');
    await sleep(pauseMs, signal);
  }
}

function connect(member: MemberRecord): DispatcherClient {
  const credentials = controllerCredentials(member.authorityPem, member.privateKeyPem, member.certificateChainPem);
  return new DispatcherClient(member.sessionAddress, credentials, CHANNEL_OPTIONS);
}
