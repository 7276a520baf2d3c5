import type { IncomingHttpHeaders } from 'node:http';

const SAFE_METHODS = new Set(['GET', 'HEAD']);

/**
 * Whether a request may come from another site's page (CSRF). Everything but GET and HEAD must say that it
 * comes from our own pages: by Sec-Fetch-Site, or for older browsers by an Origin equal to the address asked.
 * Saying nothing counts as another site.
 */
export function isCrossSite(method: string, headers: IncomingHttpHeaders): boolean {
  if (SAFE_METHODS.has(method)) return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin';
  return headers.origin === undefined || headers.host === undefined || headers.origin !== `https://${headers.host}`;
}
