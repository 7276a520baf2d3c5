import { createLogger } from '@openstation/kit';
import { findSession } from '@openstation/member';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepSession, type SessionHandlers } from '../src/session/index.js';
import { FakeDispatcher } from './fake-dispatcher.js';
import { TestAuthority } from './test-authority.js';

let dispatcher: FakeDispatcher;

beforeEach(async () => {
  dispatcher = await FakeDispatcher.start();
});

afterEach(() => dispatcher.stop());

const never = new AbortController().signal;
const unused = () => {
  throw new Error('not without a session');
};
const handlers: SessionHandlers = {
  hello: () => new Promise(() => undefined),
  welcome: unused, heartbeat: unused, assignments: unused, nextStatuses: unused, acknowledged: unused, log: unused, cancelLog: unused, upgrade: unused, probe: unused, conformance: unused, remove: unused, models: unused,
};

it('is back within five seconds however long the controller was away, and asks for its address now and then', async () => {
  const leaf = await dispatcher.authority.issue({ role: 'agent', id: 'n-1' }, 'client');
  const stopping = new AbortController();
  const pauses: number[] = [];
  let questions = 0;
  dispatcher.stop();
  await keepSession(
    {
      member: () => ({
        memberId: 'n-1', clusterId: 'c-test', name: 'n', sessionAddress: `127.0.0.1:${dispatcher.sessionPort}`,
        privateKeyPem: leaf.keyPem, certificateChainPem: leaf.certificatePem, dataCertificateChainPem: '', authorityPem: dispatcher.authority.certificatePem,
      }),
      handlers,
      onCurrent: () => undefined,
      onRemoved: unused,
      findAgain: () => {
        questions += 1;
        return questions % 2 === 0 ? Promise.resolve(false) : Promise.reject(new Error('away'));
      },
      log: createLogger('agent', 'silent'),
      pause: (ms) => {
        pauses.push(ms);
        if (pauses.length === 12) stopping.abort();
        return Promise.resolve();
      },
    },
    stopping.signal,
  );
  expect(pauses).toHaveLength(12);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(5000);
  expect(Math.max(...pauses)).toBeGreaterThan(2000);
  expect(questions).toBe(4);
});

it('believes only a controller of its own cluster where the members connect', async () => {
  const address = `127.0.0.1:${dispatcher.enrolmentPort}`;
  expect(await findSession(address, dispatcher.authority.certificatePem, never)).toBe(`127.0.0.1:${dispatcher.sessionPort}`);
  const other = await TestAuthority.create('c-other');
  await expect(findSession(address, other.certificatePem, never)).rejects.toThrow();
  const agentThatPlaysController = await FakeDispatcher.startAs({ role: 'agent', id: 'n-2' });
  await expect(findSession(`127.0.0.1:${agentThatPlaysController.enrolmentPort}`, agentThatPlaysController.authority.certificatePem, never)).rejects.toThrow();
  agentThatPlaysController.stop();
});

it('a question about the address ends with the agent', async () => {
  dispatcher.stop();
  await expect(findSession('10.255.255.1:30201', dispatcher.authority.certificatePem, AbortSignal.timeout(50))).rejects.toThrow();
}, 2000);
