import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { agentSession, logSize, newestTurn, refusalIn } from './agent-session.js';

const directory = mkdtempSync(join(tmpdir(), 'agent-session-'));
const log = join(directory, 'agent.log');
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const line = (msg: string, more: object = {}) => `${JSON.stringify({ level: 30, time: '2026-01-02T03:04:05.000Z', msg, ...more })}\n`;
const begun = line('session begun', { nodeName: 'n' });
const ended = line('session ended; engines go on', { reason: 'the stream broke' });

describe('how an agent stands', () => {
  it('is its newest turn', () => {
    expect(newestTurn(ended + begun + line('something else'))).toEqual({ state: 'connected', since: '2026-01-02T03:04:05.000Z', nodeName: 'n' });
    expect(newestTurn(begun + ended)).toMatchObject({ state: 'disconnected', reason: 'the stream broke' });
    expect(newestTurn(line('the controller cannot be reached to join the cluster, trying again', { reason: 'refused' }))).toMatchObject({ state: 'joining', reason: 'refused' });
  });

  it('is not known from half a line, plain text or nothing', () => {
    for (const text of ['', begun.slice(3), begun.slice(0, -9), 'plain session begun\n']) expect(newestTurn(text)).toEqual({ state: 'unknown' });
  });

  it('is asked for from a moment on, also when the log was cut since', async () => {
    expect(logSize(log)).toBe(0);
    writeFileSync(log, begun + line('long'.repeat(50)));
    const from = logSize(log);
    expect(await agentSession(log, from)).toEqual({ state: 'unknown' });
    expect(await agentSession(log)).toMatchObject({ state: 'connected' });
    truncateSync(log, 0);
    writeFileSync(log, ended);
    expect(await agentSession(log, from)).toMatchObject({ state: 'disconnected' });
  });
});

it('finds why the agent gave up', async () => {
  writeFileSync(log, `old refusal\n${begun}`);
  const from = logSize(log);
  writeFileSync(log, `old refusal\n${begun}${ended}the join token has expired\n`);
  expect(await refusalIn(log, from)).toBe('the join token has expired');
});
