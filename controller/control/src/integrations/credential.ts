import type { Metadata } from '@grpc/grpc-js';
import { ApiError } from '../http/index.js';

/**
 * The API key a call carries: `authorization: Bearer osk1_…` or `x-api-key: osk1_…`.
 * @throws ApiError `unauthenticated` without one, `bad-request` with more than one
 */
export function keyOf(metadata: Metadata): string {
  const [authorization = [], plain = []] = ['authorization', 'x-api-key'].map((name) => metadata.get(name).map(String));
  const [given, ...more] = [...authorization.map(bearer), ...plain];
  if (more.length > 0) throw new ApiError('bad-request', 'authorization: send one API key, either as authorization or as x-api-key', { field: 'authorization' });
  if (given === undefined) throw new ApiError('unauthenticated', 'send an API key as metadata: authorization: Bearer osk1_…');
  return given;
}

function bearer(value: string): string {
  const token = /^Bearer (\S+)$/i.exec(value)?.[1];
  if (token === undefined) throw new ApiError('unauthenticated', 'authorization must be: Bearer osk1_…');
  return token;
}

/** The address of a gRPC peer without its port, which is how REST records it. */
export function addressOf(peer: string): string {
  return peer.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1').slice(0, 64);
}
