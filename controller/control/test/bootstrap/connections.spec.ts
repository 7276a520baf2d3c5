import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { probeHost } from '../../src/bootstrap/host-key-probe.js';
import { JobCredential } from '../../src/bootstrap/job-credential.js';
import { SshConnection, type SshTarget } from '../../src/bootstrap/ssh-connection.js';
import { RootShell } from '../../src/bootstrap/root-shell.js';
import { PASSWORD, SshHost, newRsaKey, type SshHostOptions } from './fixtures/ssh-host.js';
import { scriptedServer } from './fixtures/scripted-server.js';

const hosts: SshHost[] = [];
const plain: { server: Server; sockets: Set<Socket> }[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop();
  for (const { server, sockets } of plain.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function host(options: Partial<SshHostOptions> = {}): Promise<SshHost> {
  const started = await SshHost.start({ reply: () => ({}), ...options });
  hosts.push(started);
  return started;
}

/** A server that is no SSH server. */
async function talker(talk: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    talk(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  plain.push({ server, sockets });
  return (server.address() as AddressInfo).port;
}

const password = (text = PASSWORD) => JobCredential.of({ kind: 'password', password: text });
const never = new AbortController().signal;
const target = (server: SshHost, fingerprint = server.fingerprint): SshTarget => ({ address: '127.0.0.1', port: server.port, user: 'root', hostKey: { algorithm: 'ssh-ed25519', fingerprint } });
const open = (server: SshHost, credential = password(), fingerprint?: string) => SshConnection.open(target(server, fingerprint), credential, () => credential.values(), never);

describe('asking for host keys', () => {
  it('finds the key without any authentication', async () => {
    const server = await host();
    const { keys, latencyMs } = await probeHost('127.0.0.1', server.port);
    expect(keys).toEqual([{ algorithm: 'ssh-ed25519', fingerprint: server.fingerprint, bits: 256 }]);
    expect([latencyMs >= 0, server.methods]).toEqual([true, []]);
  });

  it('knows the length of an RSA key', async () => {
    const server = await host({ hostKey: newRsaKey(3072) });
    expect((await probeHost('127.0.0.1', server.port)).keys).toEqual([{ algorithm: 'ssh-rsa', fingerprint: server.fingerprint, bits: 3072 }]);
  });

  it('shows what the server says before its name, cleaned', async () => {
    const server = await host({ greeting: 'Welcome \u001b[31mto the lab' });
    expect((await probeHost('127.0.0.1', server.port)).banner).toBe('Welcome to the lab');
  });

  it.each<[string, (socket: Socket) => void]>([
    ['a banner of 1 MB', (socket) => socket.end('x'.repeat(79).concat('\r\n').repeat(13_000))],
    ['one line of 1 MB', (socket) => socket.end('x'.repeat(1_000_000))],
    ['a web server', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['one that hangs up', (socket) => socket.destroy()],
    ['noise after the name', (socket) => socket.write(Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(200_000, 0xff)]))],
  ])('refuses %s', async (_, talk) => {
    await expect(probeHost('127.0.0.1', await talker(talk))).rejects.toMatchObject({ code: 'not-ssh' });
  });

  it('gives up after 10 s on one that drips', { timeout: 20_000 }, async () => {
    const port = await talker((socket) => {
      const drip = setInterval(() => socket.write('x'), 200);
      socket.on('close', () => clearInterval(drip));
    });
    const started = performance.now();
    await expect(probeHost('127.0.0.1', port)).rejects.toMatchObject({ code: 'not-ssh' });
    expect(performance.now() - started).toBeLessThan(11_500);
  });

  it('says that nothing listens', async () => {
    const port = await talker(() => undefined);
    await new Promise((resolve) => plain.splice(0)[0]?.server.close(resolve));
    await expect(probeHost('127.0.0.1', port)).rejects.toMatchObject({ code: 'unreachable', message: expect.stringContaining('nothing listens') as unknown });
  });
});

describe('signing in', () => {
  it('sends a server with another host key nothing, in 100 trials', { timeout: 60_000 }, async () => {
    const rogue = await host({ password: 'anything' });
    const other = await host();
    for (let trial = 0; trial < 100; trial += 1) await expect(open(rogue, password(), other.fingerprint)).rejects.toMatchObject({ code: 'host-key-changed' });
    expect([rogue.connections, rogue.passwords, rogue.methods]).toEqual([100, [], []]);
  });

  it('sends a server with a key of another kind nothing', async () => {
    const rogue = await host({ hostKey: newRsaKey() });
    await expect(open(rogue)).rejects.toMatchObject({ code: 'host-key-changed' });
    expect(rogue.methods).toEqual([]);
  });

  it('tells a wrong password from everything else', async () => {
    const server = await host();
    await expect(open(server, password('Wrong-horse-8'))).rejects.toMatchObject({ code: 'wrong-credentials' });
  });

  it('ends at once when the job is stopped', async () => {
    const port = await talker(() => undefined);
    const stop = new AbortController();
    const opening = SshConnection.open({ address: '127.0.0.1', port, user: 'root', hostKey: { algorithm: 'ssh-ed25519', fingerprint: 'SHA256:x' } }, password(), () => [], stop.signal);
    stop.abort();
    await expect(opening).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a command', () => {
  it('gives lines, errors and the exit code', async () => {
    const connection = await open(await host({ reply: ({ input }) => ({ out: `one\n${input}`, err: 'oops\n', code: 5 }) }));
    const lines: [string, boolean][] = [];
    const code = await connection.exec('x', { input: 'two\n', timeoutMs: 5_000, onLine: (line, error) => lines.push([line, error]) }, never);
    expect([code, lines.toSorted()]).toEqual([5, [['one', false], ['oops', true], ['two', false]]]);
    connection.close();
  });

  it('never shows the password that a server echoes', async () => {
    const connection = await open(await host({ reply: () => ({ out: `your password is ${PASSWORD}\n` }) }));
    const lines: string[] = [];
    await connection.exec('x', { timeoutMs: 5_000, onLine: (line) => lines.push(line) }, never);
    expect(lines).toEqual(['your password is [secret]']);
    connection.close();
  });

  it('is stopped when it writes without end, with little memory', { timeout: 60_000 }, async () => {
    const gigabyte = 2 ** 30;
    const server = await host({
      reply: () => ({
        stream: (channel) => {
          const chunk = Buffer.alloc(256 * 1024, 'y');
          let sent = 0;
          const more = () => {
            while (sent < gigabyte && !channel.destroyed) {
              sent += chunk.length;
              if (!channel.write(chunk)) return void channel.once('drain', more);
            }
          };
          more();
        },
      }),
    });
    const connection = await open(server);
    const before = process.memoryUsage().rss;
    let lines = 0;
    await expect(connection.exec('yes', { timeoutMs: 50_000, onLine: () => (lines += 1) }, never)).rejects.toMatchObject({ code: 'too-much-output' });
    expect([connection.lost, lines < 2, process.memoryUsage().rss - before < 400 * 2 ** 20]).toEqual([true, true, true]);
  });

  it('ends with its time limit, and takes the connection with it', async () => {
    const connection = await open(await host({ reply: () => ({ stream: () => undefined }) }));
    await expect(connection.exec('sleep', { timeoutMs: 200 }, never)).rejects.toMatchObject({ code: 'timeout' });
    expect(connection.lost).toBe(true);
  });

  it('ends with the connection', async () => {
    const server = await host({ reply: () => ({ cut: true }) });
    const connection = await open(server);
    await expect(connection.exec('x', { timeoutMs: 5_000 }, never)).rejects.toMatchObject({ code: 'connection-lost' });
    await expect(connection.exec('x', { timeoutMs: 5_000 }, never)).rejects.toMatchObject({ code: 'connection-lost' });
  });
});

describe('the way to root', () => {
  const shellOn = async (script: Parameters<typeof scriptedServer>[0], text = PASSWORD) => {
    const { reply } = scriptedServer(script);
    const server = await host({ reply });
    const credential = password(text);
    return { server, shell: await RootShell.on(await open(server, credential), credential, never) };
  };
  const lecture = 'We trust you have received the usual lecture from the local System\nAdministrator.\n\n    #1) Respect the privacy of others.\n\nPassword: ';

  it.each([['no lecture', ''], ['a lecture', lecture], ['a prompt of its own', '[sudo] Passwort für lab: ']])('is sudo with the password on standard input: %s', async (_, words) => {
    const { server, shell } = await shellOn({ root: 'sudo', sudoPassword: PASSWORD, lecture: words });
    expect(shell.mode).toBe('sudo');
    await shell.run('id -u', { input: 'for the command\n', timeoutMs: 5_000 }, never);
    expect(server.asked.some(({ command }) => command.includes(PASSWORD))).toBe(false);
    expect(server.asked.at(-1)?.input).toBe(`${PASSWORD}\nfor the command\n`);
  });

  it.each<[string, Parameters<typeof scriptedServer>[0], RegExp]>([
    ['another password', { root: 'sudo', sudoPassword: 'Other-1-password' }, /refuses this password/],
    ['no right', { root: 'none', lecture }, /may not use sudo/],
  ])('is not there with %s', async (_, script, why) => {
    const { shell } = await shellOn(script);
    expect([shell.mode, why.test(shell.refusal)]).toEqual(['none', true]);
    await expect(shell.run('id', { timeoutMs: 5_000 }, never)).rejects.toMatchObject({ code: 'no-sudo' });
  });
});

