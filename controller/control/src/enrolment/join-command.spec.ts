import { describe, expect, it } from 'vitest';
import { joinCommand, joinHost } from './join-command.js';

describe('the host to join at', () => {
  it.each([
    ['what the administrator set', 'cluster.example.org', '10.0.0.9', ['localhost'], 'cluster.example.org'],
    ['what is listened on', null, '10.0.0.9', ['localhost', '127.0.0.1', 'box'], '10.0.0.9'],
    ['an address before a bare name', null, '0.0.0.0', ['localhost', '127.0.0.1', 'box', '10.0.0.5'], '10.0.0.5'],
    ['a bare name when there is nothing better', null, '::', ['localhost', 'box'], 'box'],
    ['this machine when nobody else can come', null, '127.0.0.1', ['localhost', '127.0.0.1', '::1'], 'localhost'],
    ['this machine when the setting is empty', '', '127.0.0.1', ['localhost'], 'localhost'],
  ] as const)('is %s', (_, publicHost, listens, configured, host) => {
    expect(joinHost({ publicHost, listens, configured })).toBe(host);
  });
});

describe('the line to paste', () => {
  it('gives an agent the token through standard input', () => {
    expect(joinCommand('agent', 'osj1_a_b_c', { host: 'box', port: 30201 }, undefined)).toBe("printf '%s' 'osj1_a_b_c' | ./openstation join --control box:30201");
    expect(joinCommand('agent', 't', { host: 'fd00::5', port: 1 }, 'gpu-7')).toBe("printf '%s' 't' | ./openstation join --control [fd00::5]:1 --name gpu-7");
  });

  it('gives a gateway the token in a file of its own directory', () => {
    expect(joinCommand('gateway', 't', { host: 'box', port: 1 }, 'edge')).toBe(
      "mkdir -p -m 700 data/joined-gateway && printf '%s' 't' > data/joined-gateway/join-token && source tools/use-node24.sh"
        + ' && OPENSTATION_GATEWAY_DATA_DIR=data/joined-gateway OPENSTATION_CONTROL_ADDRESS=box:1 OPENSTATION_JOIN_TOKEN_FILE=data/joined-gateway/join-token node controller/gateway/dist/main.js',
    );
  });
});
