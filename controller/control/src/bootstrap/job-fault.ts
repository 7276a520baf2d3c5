/** Machine words of what can end a job; they stand in `failureCode`. */
export type FaultCode =
  | 'unreachable' | 'not-ssh' | 'host-key-changed' | 'wrong-credentials' | 'no-sudo' | 'connection-lost' | 'timeout' | 'too-much-output' | 'disk-full'
  | 'preflight-failed' | 'agent-archive-missing' | 'no-heartbeat' | 'data-port-unreachable' | 'needs-password' | 'cancelled' | 'internal'
  | (string & {});

/** Why a job cannot go on, in words for a person. */
export class JobFault extends Error {
  constructor(
    readonly code: FaultCode,
    message: string,
  ) {
    super(message);
  }
}
