import { Backoff, sleep, type Logger } from '@openstation/kit';
import { CONTROLLER_CHANNEL_OPTIONS, controllerCredentials, type MemberRecord } from '@openstation/member';
import { DispatcherClient } from '@openstation/proto';
import type { SessionEnd, SessionHandlers } from './session-handlers.js';
import { Session } from './session.js';

/** A refused, displaced or removed agent does not knock every half second. */
const CALM_PAUSE_MS = 15_000;
/** A removed node knocks now and then: a controller that came back from a backup may know it again. */
const REMOVED_PAUSE_MS = 5 * 60_000;
/** Soon back after an outage; a thousand agents at this pace are a few hundred small calls a second. */
const LONGEST_PAUSE_MS = 5000;
/** So many attempts in a row without an answer, and the controller is asked where it listens now. */
const ATTEMPTS_UNTIL_ASKING = 3;

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
  /** Asks the controller for its address and keeps it. True when it is another one than before; rejects when it is away. */
  readonly findAgain: () => Promise<boolean>;
  readonly handlers: SessionHandlers;
  /** A session began or ended. */
  readonly onCurrent: (session: Session | undefined) => void;
  /** The controller does not count this node to its cluster any more. */
  readonly onRemoved: (reason: string) => void;
  readonly log: Logger;
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Sessions, one after the other, until the signal: pauses double from 0.5 s to 5 s and start afresh after a welcome. */
export async function keepSession(parts: SessionLoopParts, signal: AbortSignal): Promise<void> {
  const { pause = sleep } = parts;
  const backoff = new Backoff({ firstMs: 500, maxMs: LONGEST_PAUSE_MS });
  let unanswered = 0;
  while (!signal.aborted) {
    const { welcomed, calm, removed, reason } = await oneSession(parts, signal);
    if (signal.aborted) return;
    if (welcomed) backoff.reset();
    unanswered = welcomed || calm ? 0 : unanswered + 1;
    if (unanswered > 0 && unanswered % ATTEMPTS_UNTIL_ASKING === 0 && (await foundAgain(parts))) continue;
    const pauseMs = removed ? REMOVED_PAUSE_MS : calm ? CALM_PAUSE_MS : backoff.next();
    if (removed) parts.onRemoved(reason);
    else parts.log.warn({ reason, pauseMs }, 'session ended; engines go on');
    await pause(pauseMs, signal);
  }
}

async function oneSession(parts: SessionLoopParts, signal: AbortSignal): Promise<SessionEnd & { welcomed: boolean }> {
  const session = new Session(connect(parts.member()), parts.handlers);
  const stop = (): void => session.end('the agent stops');
  signal.addEventListener('abort', stop, { once: true });
  parts.onCurrent(session);
  const end = await session.run();
  parts.onCurrent(undefined);
  signal.removeEventListener('abort', stop);
  return { ...end, welcomed: session.welcomed };
}

async function foundAgain(parts: SessionLoopParts): Promise<boolean> {
  try {
    return await parts.findAgain();
  } catch (error) {
    parts.log.debug({ reason: (error as Error).message }, 'the controller does not tell where it listens');
    return false;
  }
}

function connect(member: MemberRecord): DispatcherClient {
  const credentials = controllerCredentials(member.authorityPem, member.privateKeyPem, member.certificateChainPem);
  return new DispatcherClient(member.sessionAddress, credentials, CHANNEL_OPTIONS);
}
