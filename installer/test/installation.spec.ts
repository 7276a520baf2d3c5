import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation } from './command-line.js';

const installation = new Installation();
beforeAll(() => installation.choosePorts());
afterAll(async () => {
  await installation.run('down');
  rmSync(installation.root, { recursive: true, force: true });
});

/** Processes whose command line names this installation. */
function running(): string[] {
  return execFileSync('ps', ['-eo', 'pid,args', 'ww'], { encoding: 'utf8' }).split('\n').filter((line) => line.includes(installation.root) && !line.includes('ps -eo'));
}

describe('quickstart', () => {
  it('answers from nothing, prints what is needed and leaves nothing running with --once', async () => {
    const { code, output } = await installation.run('quickstart', '--once');
    expect(output).toContain('OpenStation is a platform');
    expect(output).toMatch(/first token after \d+ ms, \d+ tokens at \d+ tokens\/s/);
    expect(output).toMatch(/Certificate {2}SHA-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}/);
    expect(output).toContain(readFileSync(join(installation.root, 'control/initial-admin-password'), 'utf8').trim());
    expect(code).toBe(0);
    expect(running()).toEqual([]);
  });

  it('reuses model, service and key the second time, and its curl line works as pasted', async () => {
    const again = installation.start('quickstart');
    await waitFor(() => again.output().includes('Ctrl-C stops everything') || again.child.exitCode !== null, { what: 'the second start', timeoutMs: 90_000 });
    expect(again.output()).toContain('imported before');
    expect(again.output()).toContain('kept from before');
    const curl = /(curl -N [\s\S]*?}')\n/.exec(again.output())?.[1] ?? '';
    expect(execFileSync('bash', ['-c', curl.replace('curl', 'curl -s')], { encoding: 'utf8' })).toContain('data: [DONE]');
    again.child.kill('SIGINT');
    expect((await again.end).code).toBe(0);
    expect(running()).toEqual([]);
  });

  it('stops cleanly when it is interrupted on the way', async () => {
    const started = installation.start('quickstart');
    await waitFor(() => started.output().includes('✓ ports'), { what: 'the first step', timeoutMs: 30_000 });
    started.child.kill('SIGINT');
    expect((await started.end).code).toBe(130);
    expect(running()).toEqual([]);
  });
});

describe('in the background', () => {
  it('starts, tells its status, and refuses a second supervisor', async () => {
    expect((await installation.run('status')).code).toBe(3);
    const up = await installation.run('up');
    expect(up.output).toContain('✓ control');
    expect(up.code).toBe(0);
    const status = await installation.run('status');
    expect(status.code).toBe(0);
    expect(status.output).toMatch(/gateway +running +\d+/);
    expect(status.output).toMatch(/cpu +healthy/);
    const second = await installation.run('supervise');
    expect(second.code).toBe(75);
    expect(second.output).toContain('already running as pid');
  });

  it.each([['gateway', 2_000], ['agent', 2_000], ['control', 5_000]])('brings a killed %s back within %i ms', async (name, boundMs) => {
    const before = installation.pid(name);
    process.kill(before ?? 0, 'SIGKILL');
    const killed = performance.now();
    await waitFor(() => installation.pid(name) !== undefined && installation.pid(name) !== before, { what: `${name} again`, timeoutMs: boundMs });
    expect(performance.now() - killed).toBeLessThan(boundMs);
    await waitFor(async () => (await installation.run('status')).output.match(/cpu +healthy/) !== null, { what: 'a healthy node', timeoutMs: 30_000, everyMs: 200 });
  });

  it('ends what a killed supervisor left and starts anew', async () => {
    const { supervisor } = installation.record();
    const old = ['control', 'gateway', 'agent'].map((name) => installation.pid(name));
    process.kill(supervisor.pid, 'SIGKILL');
    await waitFor(async () => (await installation.run('status')).output.includes('A supervisor was killed'), { what: 'the words about it', timeoutMs: 5_000 });
    expect((await installation.run('up')).code).toBe(0);
    for (const pid of old) expect(running().some((line) => line.trim().startsWith(`${pid} `))).toBe(false);
    // The agent's archive, made in the background after a start, may or may not be done.
    expect(installation.record().processes.map(({ name }) => name).filter((name) => name !== 'agent-archive').sort()).toEqual(['agent', 'control', 'gateway']);
  });

  it('shows logs and goes down with all engines', async () => {
    expect((await installation.run('logs', 'supervisor')).output).toContain('control: running');
    expect((await installation.run('logs', 'nothing')).output).toContain('choose one of');
    expect((await installation.run('down')).code).toBe(0);
    expect(running()).toEqual([]);
    expect((await installation.run('down')).output).toContain('Not running');
  });
});
