import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../version.js';
import { advertisedAddresses, loadAgentConfig } from './index.js';

const env = { OPENSTATION_AGENT_DATA_DIR: '/var/lib/openstation/agent', OPENSTATION_CONTROL_ADDRESS: '10.0.0.1:30201' };

describe('configuration', () => {
  it('needs a data directory and the controller, the rest has defaults', () => {
    expect(loadAgentConfig([], env)).toMatchObject({
      data: { host: '0.0.0.0', port: 30210, addresses: [] }, driver: 'auto', docker: { socket: '/var/run/docker.sock' }, policyFile: '/var/lib/openstation/agent/policy.json', log: { level: 'info' },
    });
  });

  it.each([
    [{}, 'dataDir'],
    [{ ...env, OPENSTATION_CONTROL_ADDRESS: 'nowhere' }, 'control.address: must be host:port'],
    [{ ...env, OPENSTATION_AGENT_DATA_PORT: 'abc' }, 'data.port'],
  ])('names the faulty key', (variables, named) => {
    expect(() => loadAgentConfig([], variables)).toThrow(named);
  });

  it('refuses unknown options', () => {
    expect(() => loadAgentConfig(['--confg', 'x'], env)).toThrow(/command line/);
  });
});

describe('advertised addresses', () => {
  const entry = (address: string, internal = false, family: 'IPv4' | 'IPv6' = 'IPv4') => ({ address, internal, family, netmask: '', mac: '', cidr: null, scopeid: 0 });
  const interfaces = { lo: [entry('127.0.0.1', true)], eth0: [entry('fe80::1', false, 'IPv6'), entry('fd00::5', false, 'IPv6'), entry('10.0.0.5')], docker0: [entry('172.17.0.1')] };

  it('what is configured, what is listened on, or what the machine has', () => {
    expect(advertisedAddresses(['node.example'], '0.0.0.0', interfaces)).toEqual(['node.example']);
    expect(advertisedAddresses([], '127.0.0.1', interfaces)).toEqual(['127.0.0.1']);
    expect(advertisedAddresses([], '0.0.0.0', interfaces)).toEqual(['10.0.0.5', 'fd00::5']);
    expect(advertisedAddresses([], '0.0.0.0', {})).toEqual(['127.0.0.1']);
  });
});

it('the version is that of package.json', () => {
  const { version } = JSON.parse(readFileSync(`${import.meta.dirname}/../../package.json`, 'utf8')) as { version: string };
  expect(VERSION).toBe(`${version}+checkout`);
});
