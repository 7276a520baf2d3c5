import { waitFor } from '@openstation/kit';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { FileBody } from '../../src/hubs/index.js';
import { SafeHttp, type SafeHttpOptions } from '../../src/hubs/safe-http.js';
import { ScriptedServer, selfSigned } from './fixtures.js';

const BODY = randomBytes(3_000_000);
const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function client(options: Partial<SafeHttpOptions> = {}): SafeHttp {
  const http = new SafeHttp({ trustedHosts: [], userAgent: 'test', connectMs: 2_000, answerMs: 1_000, ...options });
  ends.push(() => http.close());
  return http;
}
async function serve(answer: (socket: Socket, head: string, number: number) => void): Promise<ScriptedServer> {
  const server = await ScriptedServer.start(answer);
  ends.push(() => server.stop());
  return server;
}
const get = (http: SafeHttp, url: URL, signal: AbortSignal = new AbortController().signal) => http.open({ url, home: url, credentials: { authorization: 'Bearer secret' }, signal });

/** All of a body; rejects with its error, or when it closes before its end. */
function read(body: FileBody, onBytes?: (all: number) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let all = 0;
    body.on('data', (bytes) => {
      parts.push(Buffer.from(bytes));
      all += bytes.length;
      onBytes?.(all);
    });
    body.once('end', () => resolve(Buffer.concat(parts)));
    body.once('error', reject);
    body.once('close', () => reject(new Error(`closed after ${all} bytes`)));
    body.resume();
  });
}
const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const headOf = (bytes: number, more = '') => `HTTP/1.1 200 OK\r\ncontent-length: ${bytes}\r\n${more}\r\n`;

describe('bodies of files', () => {
  it('come whole over one connection that is used again, together with the head or long after it', async () => {
    const server = await serve((socket, _, number) => {
      if (number === 1) return void socket.write(Buffer.concat([Buffer.from(headOf(BODY.length)), BODY]));
      socket.write(headOf(BODY.length));
      setTimeout(() => socket.write(BODY), 20);
    });
    const http = client();
    for (let round = 0; round < 3; round++) expect(sha(await read(await get(http, server.url)))).toBe(sha(BODY));
    expect([server.connections, server.requests.length]).toEqual([1, 3]);
    expect(server.requests[0]).toMatch(/^GET \/file HTTP\/1\.1\r\n/);
    expect(server.requests[0]?.toLowerCase()).toContain('authorization: bearer secret');
  });

  it('lose nothing when the head comes byte by byte, with another head before it', async () => {
    const server = await serve((socket) => {
      const head = Buffer.from(`HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${headOf(5)}hello`);
      const next = (at: number) => { if (at < head.length) socket.write(head.subarray(at, at + 1), () => setImmediate(next, at + 1)); };
      next(0);
    });
    expect((await read(await get(client(), server.url))).toString()).toBe('hello');
  });

  it('wait as long as they are paused, however much has come', async () => {
    const server = await serve((socket) => void socket.write(Buffer.concat([Buffer.from(headOf(BODY.length)), BODY])));
    const body = await get(client(), server.url);
    let pauses = 0;
    const all = await read(body, () => {
      body.pause();
      pauses += 1;
      setImmediate(() => body.resume());
    });
    expect([sha(all), pauses > 5, body.complete]).toEqual([sha(BODY), true, true]);
  });

  it('of unknown length go through the parser', async () => {
    const server = await serve((socket, _, number) => void socket.end(number === 1 ? 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n' : 'HTTP/1.0 200 OK\r\n\r\nto the end'));
    const http = client();
    expect((await read(await get(http, server.url))).toString()).toBe('hello');
    expect((await read(await get(http, server.url))).toString()).toBe('to the end');
  });

  it('that break off say so, and empty ones end', async () => {
    const server = await serve((socket, _, number) => {
      if (number === 1) socket.end(`${headOf(10)}four`);
      else socket.write(headOf(0));
    });
    const http = client();
    const broken = await get(http, server.url);
    await expect(read(broken)).rejects.toThrow('closed after 4 bytes');
    expect(broken.complete).toBe(false);
    expect((await read(await get(http, server.url))).length).toBe(0);
  });

  it('end when the caller stops, before and after the head', async () => {
    const server = await serve((socket, _, number) => {
      if (number === 2) socket.write(`${headOf(10)}four`);
    });
    const http = client();
    const before = new AbortController();
    const asking = get(http, server.url, before.signal);
    await waitFor(() => server.requests.length === 1 || undefined, { what: 'the request', timeoutMs: 2_000, everyMs: 5 });
    before.abort(new Error('not wanted'));
    await expect(asking).rejects.toThrow('not wanted');
    const after = new AbortController();
    const body = await get(http, server.url, after.signal);
    await expect(read(body, () => after.abort(new Error('enough')))).rejects.toThrow('enough');
  });

  it('behind the announced length are nobody’s: the connection is not used again', async () => {
    const server = await serve((socket) => void socket.write(`${headOf(5)}hello${headOf(4)}evil`));
    const http = client();
    expect((await read(await get(http, server.url))).toString()).toBe('hello');
    expect((await read(await get(http, server.url))).toString()).toBe('hello');
    expect(server.connections).toBe(2);
  });

  it('are asked for anew when the kept connection was closed meanwhile', async () => {
    const server = await serve((socket, _, number) => {
      if (number === 2) socket.destroy();
      else socket.write(`${headOf(2)}ok`);
    });
    const http = client();
    await read(await get(http, server.url));
    expect((await read(await get(http, server.url))).toString()).toBe('ok');
    expect(server.connections).toBe(2);
  });
});

describe('heads', () => {
  it.each([
    ['that are no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['with a bare line feed in them', 'HTTP/1.1 200 OK\ncontent-length: 5\n\n\r\n\r\nhello'],
    ['with two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!'],
    ['with a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'],
    ['with a length that is no number', 'HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nhello'],
    ['without an end', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(70_000)}`],
    ['that change the protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    ['that never come', ''],
  ])('%s are refused', async (_, head) => {
    const server = await serve((socket) => void socket.write(head));
    await expect(get(client(), server.url)).rejects.toMatchObject({ kind: expect.stringMatching(/^(away|wrong-answer)$/) as string });
  });
});

describe('where it goes', () => {
  it('never to a port of its own', async () => {
    const server = await serve((socket) => void socket.write(`${headOf(2)}ok`));
    const http = client({ ownPorts: new Set([Number(server.url.port)]) });
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]']) {
      await expect(get(http, new URL(`http://${host}:${server.url.port}/file`)), host).rejects.toMatchObject({ kind: 'refused', message: expect.stringContaining('this controller itself') as string });
    }
    expect(server.connections).toBe(0);
  });

  it('not into this network by a redirect, and without its secret to another host', async () => {
    const other = await serve((socket) => void socket.write(`${headOf(2)}ok`));
    const target = new URL(other.url);
    target.hostname = 'localhost';
    const server = await serve((socket) => void socket.write(`HTTP/1.1 302 Found\r\nlocation: ${target.href}\r\ncontent-length: 0\r\n\r\n`));
    await expect(get(client(), server.url)).rejects.toMatchObject({ kind: 'refused' });
    expect(other.connections).toBe(0);
    expect((await read(await get(client({ trustedHosts: ['localhost'] }), server.url))).toString()).toBe('ok');
    expect(other.requests[0]?.toLowerCase()).not.toContain('secret');
  });

  it('does not read an endless redirect to its end', async () => {
    let sent = 0;
    const server = await serve((socket, _, number) => {
      if (number > 1) return void socket.write(`${headOf(2)}ok`);
      socket.write('HTTP/1.1 302 Found\r\nlocation: /other\r\ncontent-length: 1000000000\r\n\r\n');
      const pour = () => { while (!socket.destroyed && socket.write(BODY)) sent += BODY.length; };
      socket.on('drain', pour);
      pour();
    });
    expect((await read(await get(client(), server.url))).toString()).toBe('ok');
    expect(sent).toBeLessThan(100_000_000);
  });
});

describe('encrypted connections', () => {
  const trusted = getCACertificates('default');
  afterEach(() => setDefaultCACertificates(trusted));

  async function secure(host: string) {
    const certificate = await selfSigned(host);
    const seen: string[] = [];
    const server = createServer(certificate, (request, response) => {
      seen.push(request.url ?? '');
      response.writeHead(200, { 'content-length': BODY.length }).end(BODY);
    });
    server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(() => { server.closeAllConnections(); server.close(); });
    return { url: new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/file`), seen, certificate };
  }

  it('bring whole bodies when the certificate is trusted and names the host', async () => {
    const { url, seen, certificate } = await secure('127.0.0.1');
    setDefaultCACertificates([...trusted, certificate.cert]);
    const http = client();
    const bodies = await Promise.all([1, 2, 3].map(async () => read(await get(http, url))));
    expect(bodies.map(sha)).toEqual(Array.from({ length: 3 }, () => sha(BODY)));
    expect(sha(await read(await get(http, url)))).toBe(sha(BODY));
    expect(seen.length).toBe(4);
  });

  it('are refused with a certificate nobody vouches for, or one of another host, before anything is asked', async () => {
    const unknown = await secure('127.0.0.1');
    await expect(get(client(), unknown.url)).rejects.toMatchObject({ kind: 'away', message: expect.stringContaining('SELF_SIGNED') as string });
    const other = await secure('hub.example');
    setDefaultCACertificates([...trusted, other.certificate.cert]);
    await expect(get(client(), other.url)).rejects.toMatchObject({ kind: 'away', message: expect.stringContaining('ALTNAME') as string });
    expect([unknown.seen, other.seen]).toEqual([[], []]);
  });
});
