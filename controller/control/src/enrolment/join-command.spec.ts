import { describe, expect, it } from 'vitest';
import { checkoutCommand, joinHost, serverCommand } from './join-command.js';

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

const at = (host: string) => ({ host, consolePort: 32206, enrolmentPort: 30201, pin: 'sha256//PIN=' });

describe('the line to paste on a bare server', () => {
  it('pins the console and gives the token through standard input only', () => {
    const line = serverCommand('osj1_a_b_c', at('10.0.0.5'), 'gpu-7');
    expect(line).toBe(
      "printf '%s' 'osj1_a_b_c' | sh -c \"$(curl -fsSk --pinnedpubkey 'sha256//PIN=' https://10.0.0.5:32206/api/v1/join-script"
        + " || wget -qO- --no-check-certificate --pinnedpubkey='sha256//PIN=' https://10.0.0.5:32206/api/v1/join-script)\" join-openstation --name gpu-7",
    );
    expect(line.split('osj1_a_b_c')).toHaveLength(2);
  });

  it('brackets IPv6 and leaves out a name that was not given', () => {
    const line = serverCommand('t', at('fd00::5'), undefined);
    expect(line).toContain('https://[fd00::5]:32206/');
    expect(line.endsWith('" join-openstation')).toBe(true);
  });
});

describe('the line to paste in a checkout', () => {
  it('gives an agent the token through standard input', () => {
    expect(checkoutCommand('agent', 'osj1_a_b_c', at('box'), undefined)).toBe("printf '%s' 'osj1_a_b_c' | ./openstation join --control box:30201");
    expect(checkoutCommand('agent', 't', at('fd00::5'), 'gpu-7')).toBe("printf '%s' 't' | ./openstation join --control [fd00::5]:30201 --name gpu-7");
  });

  it('gives a gateway the token in a file of its own directory', () => {
    expect(checkoutCommand('gateway', 't', at('box'), 'edge')).toBe(
      "mkdir -p -m 700 data/joined-gateway && printf '%s' 't' > data/joined-gateway/join-token && source tools/use-node24.sh"
        + ' && OPENSTATION_GATEWAY_DATA_DIR=data/joined-gateway OPENSTATION_CONTROL_ADDRESS=box:30201 OPENSTATION_JOIN_TOKEN_FILE=data/joined-gateway/join-token node controller/gateway/dist/main.js',
    );
  });
});
