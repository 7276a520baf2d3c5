import { Metadata, status, type ServerUnaryCall, type StatusObject } from '@grpc/grpc-js';
import { createLogger } from '@openstation/kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../http/index.js';
import { routes } from '../services/services.schema.js';
import type { KeyIdentities } from '../users/index.js';
import { IntegrationDoor } from './integration-door.js';

const caller = { userId: 'u', username: 'robot', role: 'admin', sessionId: null, address: '127.0.0.1', isLocalAdmin: false, mustChangePassword: false } as const;

describe('the door of the integration API', () => {
  const identities = { identify: () => Promise.resolve({ keyId: 'k', caller }) } as unknown as KeyIdentities;
  const door = new IntegrationDoor(identities, createLogger('test', 'silent'));
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const ask = (handle: () => Promise<string>, cancelled = false) =>
    new Promise<StatusObject | string>((resolve) => {
      const metadata = new Metadata();
      metadata.set('authorization', 'Bearer osk1_x');
      const call = { metadata, cancelled, request: {}, getPeer: () => '127.0.0.1:5000' } as unknown as ServerUnaryCall<object, string>;
      door.unary({ route: routes.listServices, input: () => ({}), handle, reply: (view) => view })(call, (error, reply) => resolve((error as StatusObject | null) ?? reply ?? ''));
    });
  const said = (answer: StatusObject | string) => (typeof answer === 'string' ? answer : [answer.code, answer.metadata.get('openstation-error-code')[0]]);

  it('answers', async () => {
    expect(await ask(() => Promise.resolve('done'))).toBe('done');
  });

  it('lets nobody wait for ever', async () => {
    const answer = ask(() => new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(said(await answer)).toEqual([status.DEADLINE_EXCEEDED, 'unavailable']);
  });

  it('changes nothing for a caller that has gone', async () => {
    const handle = vi.fn(() => Promise.resolve('done'));
    expect(said(await ask(handle, true))).toEqual([status.UNAVAILABLE, 'unavailable']);
    expect(handle).not.toHaveBeenCalled();
  });

  it('keeps what went wrong inside for its own log', async () => {
    for (const error of [new Error('the password is hunter2'), new ApiError('internal', 'the password is hunter2')]) {
      const answer = (await ask(() => Promise.reject(error))) as StatusObject;
      expect(said(answer)).toEqual([status.INTERNAL, 'internal']);
      expect(answer.details).not.toContain('hunter2');
      expect(answer.details).toContain(String(answer.metadata.get('openstation-request-id')[0]));
    }
  });
});
