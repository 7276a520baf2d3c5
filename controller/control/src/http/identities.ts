import type { Caller } from './caller.js';

/** Name of the session cookie; the `__Host-` prefix makes browsers insist on Secure, Path=/ and no Domain. */
export const SESSION_COOKIE = '__Host-osid';

/** Knows who a session belongs to. The users room is one; the access guard asks it. */
export abstract class Identities {
  /** The signed-in person, or undefined when the session is unknown, ended or over. */
  abstract fromSession(token: string, address: string): Promise<Caller | undefined>;
  /** Whether that session still lives; asking does not keep it alive. */
  abstract isAlive(sessionId: string): Promise<boolean>;
}
