import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@openstation/kit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MutualTlsUpstream, type Endpoint, type UpstreamError } from '../src/upstream/index.js';
import { FakeNode } from './fake-node.js';
import { TestAuthority } from './pki.js';

const CONNECT_MS = 300;
const ASK_MS = 500;

describe('a request that is not answered', () => {
  let authority: TestAuthority;
  let upstream: MutualTlsUpstream;
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    authority = await TestAuthority.create();
    const own = await authority.issue('gateway/g1');
    upstream = new MutualTlsUpstream({ clusterId: 'c1', privateKeyPem: own.privateKeyPem, certificateChainPem: own.certificatePem, authorityPem: authority.pem, connectMs: CONNECT_MS, askMs: ASK_MS });
  });
  afterAll(() => upstream.close());
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  const send = (endpoint: Endpoint) =>
    new Promise<'answered' | UpstreamError>((resolve) => {
      upstream.send(endpoint, { path: '/v1/chat/completions', headers: [], body: Buffer.from('{}') }, { onSent: () => undefined, onHead: () => undefined, onData: () => undefined, onEnd: () => resolve('answered'), onError: resolve });
    });

  it('is waited for while its host takes connections, however long', async () => {
    const node = new FakeNode(authority, 'n1');
    await node.start();
    ends.push(() => node.stop());
    node.behave = async (_seen, response) => {
      await waitFor(() => node.connections >= 4, { what: 'three questions', timeoutMs: 20_000, everyMs: 20 });
      response.end('{}');
    };
    expect(await send(node.target)).toBe('answered');
    expect(node.seen).toHaveLength(1);
  }, 30_000);

  it('is given up when its host takes none any more, before it was answered at all', async () => {
    const { child, port } = await hostOfOne(authority);
    ends.push(() => child.kill('SIGKILL'));
    const sent = send({ nodeId: 'n2', address: '127.0.0.1', port });
    await once(child.stdout!, 'data'); // it has the request
    child.kill('SIGSTOP');
    const crowd = await fillQueue(port);
    ends.push(() => crowd.forEach((socket) => socket.destroy()));
    expect(await sent).toMatchObject({ phase: 'send', code: 'ETIMEDOUT', reused: false });
  }, 30_000);
});

/** A node in a process of its own, which tells its port and that it has a request, and never answers. Stopped, it takes no connection, once a few wait. */
async function hostOfOne(authority: TestAuthority): Promise<{ child: ChildProcess; port: number }> {
  const own = await authority.issue('agent/n2');
  const child = spawn(process.execPath, ['--input-type=module', '-e', HOST], { env: { KEY: own.privateKeyPem, CERT: own.certificatePem, CA: authority.pem }, stdio: ['ignore', 'pipe', 'inherit'] });
  const [told] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, port: Number(told.toString()) };
}

const HOST = `
import { createServer } from 'node:tls';
const { KEY: key, CERT: cert, CA: ca } = process.env;
const server = createServer({ key, cert, ca, requestCert: true, ALPNProtocols: ['http/1.1'] }, (socket) => socket.on('error', () => undefined).once('data', () => console.log('got it')));
server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => console.log(server.address().port));
`;

/** The kernel answers connections for a process until so many wait that it drops the next ones, as a host does that is not there. */
async function fillQueue(port: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (;;) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    const answered = await Promise.race([once(socket, 'connect').then(() => true), delay(200).then(() => false)]);
    if (!answered) return sockets;
  }
}
