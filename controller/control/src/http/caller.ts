import type { Role } from '../users/permissions.js';

/** Who makes a request. */
export interface Caller {
  readonly userId: string;
  readonly username: string;
  readonly role: Role;
  /** Null for local administration and for API keys, which have no session. */
  readonly sessionId: string | null;
  /** Remote address of the connection. */
  readonly address: string;
  /** The command line on this machine, by its token file. */
  readonly isLocalAdmin: boolean;
  /** Signed in with a password that must be changed first: only `self` routes answer. */
  readonly mustChangePassword: boolean;
}

/** User id of the local administration in audit rows and owners; no user has it. */
export const LOCAL_ADMIN_ID = 'local-admin';
