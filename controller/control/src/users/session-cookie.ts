import { SESSION_COOKIE } from '../http/index.js';

/** Set-Cookie with a session's token: kept for the browser's life, sent to this host over TLS by our own pages only. */
export function sessionCookie(token: string): string {
  return `${SESSION_COOKIE}=${token}; Path=/; Secure; HttpOnly; SameSite=Strict`;
}

export function endedSessionCookie(): string {
  return `${SESSION_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0`;
}
