import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { GRANT_HEADER, MODEL_PIECE_BYTES, modelFilePath } from '@openstation/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ShareLab } from './share-lab.js';
import { TestAuthority, type Leaf } from './test-authority.js';

const WEIGHTS = 'weights/model.gguf';
let lab: ShareLab;
let holder: Awaited<ReturnType<ShareLab['holder']>>;
let asker: Leaf;
let path: string;

beforeEach(async () => {
  lab = await ShareLab.open();
  holder = await lab.holder('holder');
  asker = await lab.authority.issue({ role: 'agent', id: 'asker' }, 'client');
  path = modelFilePath(lab.digest, WEIGHTS);
});

afterEach(() => lab.close());

const weights = (): Buffer => lab.places.directory.files.get(WEIGHTS) ?? Buffer.alloc(0);
const status = async (headers: Record<string, string>, wanted = path, leaf = asker): Promise<number> => (await lab.call(holder.port, { path: wanted, leaf, headers })).status;

describe('who may have a piece of another node', () => {
  it('is a node of the cluster with a grant: exactly the bytes it asked for', async () => {
    const answer = await lab.call(holder.port, { path, leaf: asker, headers: lab.granted('asker', 'bytes=100-299') });
    expect(answer).toMatchObject({ status: 206, headers: { 'content-range': `bytes 100-299/${weights().length}` } });
    expect(answer.body.equals(weights().subarray(100, 300))).toBe(true);
  });

  it('is nobody without a certificate, or with one of another cluster that calls itself the same', async () => {
    const foreign = await TestAuthority.create();
    const headers = lab.granted('asker', 'bytes=0-9');
    await expect(lab.call(holder.port, { path, headers })).rejects.toThrow();
    await expect(lab.call(holder.port, { path, headers, leaf: await foreign.issue({ role: 'agent', id: 'asker' }, 'client') })).rejects.toThrow();
  });

  it('is no gateway, and nobody who shows the certificate of a server', async () => {
    expect(await status(lab.granted('asker', 'bytes=0-9'), path, await lab.authority.issue({ role: 'gateway', id: 'asker' }, 'client'))).toBe(404);
    await expect(status(lab.granted('asker', 'bytes=0-9'), path, await lab.authority.issue({ role: 'agent', id: 'asker' }, 'server'))).rejects.toThrow();
    await expect(status(lab.granted('asker', 'bytes=0-9'), path, await lab.authority.issue({ role: 'control', id: '' }, 'client'))).rejects.toThrow();
  });

  it('is no removed member, on a new connection or on an old one', async () => {
    const socket = connect({ host: '127.0.0.1', port: holder.port, key: asker.keyPem, cert: asker.certificatePem, ca: lab.authority.certificatePem, checkServerIdentity: () => undefined, ALPNProtocols: ['http/1.1'] });
    let heard = '';
    socket.on('data', (data: Buffer) => (heard += data.toString('latin1'))).on('error', () => undefined);
    const ask = (): void => void socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nrange: bytes=0-9\r\n${GRANT_HEADER}: ${lab.grant('asker')}\r\n\r\n`);
    socket.once('secureConnect', ask);
    await waitFor(() => heard.includes('206'), { what: 'the first answer', timeoutMs: 5000 });
    await holder.revoked.add(['asker']);
    heard = '';
    ask();
    await waitFor(() => socket.destroyed || socket.closed, { what: 'the end of the connection', timeoutMs: 5000 });
    expect(heard).toBe('');
    await expect(status(lab.granted('asker', 'bytes=0-9'))).rejects.toThrow();
  });

  it('is nobody with a grant that is missing, over, forged, changed, or made out to another node or model', async () => {
    const stolen = await lab.authority.issue({ role: 'agent', id: 'asker' }, 'server');
    const foreign = await (await TestAuthority.create()).issue({ role: 'control', id: '' }, 'server');
    const good = lab.grant('asker').split('.');
    const later = Buffer.from(JSON.stringify({ nodeId: 'asker', manifestDigest: lab.digest, expiresAtMs: Date.now() * 2 })).toString('base64url');
    const grants = {
      missing: undefined, empty: '', garbage: 'a.b.c', over: lab.grant('asker', { expiresAtMs: Date.now() - 121_000 }), 'of another node': lab.grant('other'), 'of another model': lab.grant('asker', { manifestDigest: 'a'.repeat(64) }),
      'signed by a node': lab.grant('asker', {}, stolen), 'signed by a foreign controller': lab.grant('asker', {}, foreign), 'with other claims': [later, good[1], good[2]].join('.'), 'with one part more': [...good, 'x'].join('.'),
    };
    for (const [what, grant] of Object.entries(grants)) {
      expect(await status({ range: 'bytes=0-9', ...(grant === undefined ? {} : { [GRANT_HEADER]: grant }) }), what).toBe(403);
      expect(await status(grant === undefined ? {} : { [GRANT_HEADER]: grant }, `/models/${lab.digest}/pieces`), what).toBe(403);
    }
    expect(await status(lab.granted('asker', 'bytes=0-9'))).toBe(206);
  });
});

describe('what is asked for', () => {
  it.each([
    '/models/../../etc/passwd', '/models/%2e%2e/files/x', '/models', '/models/', '/modelsX', '/v1/chat/completions', '/',
  ])('is a model, and nothing at %s', async (hostile) => {
    expect(await status(lab.granted('asker', 'bytes=0-9'), hostile)).toBe(404);
  });

  it.each([
    '../manifest', '..%2f..%2fetc%2fpasswd', '%2e%2e/%2e%2e/etc/passwd', '/etc/passwd', '%2fetc%2fpasswd', 'weights', 'weights/', 'weights//model.gguf', 'weights/./model.gguf', 'weights/x/../model.gguf',
    'weights%5cmodel.gguf', 'weights/model.gguf%00', 'weights/model.gguf?x=1', '%ff', '%', 'constructor', '__proto__',
  ])('is a file of the manifest, byte by byte, and not %s', async (hostile) => {
    expect(await status(lab.granted('asker', 'bytes=0-9'), `/models/${lab.digest}/files/${hostile}`)).toBe(404);
  });

  it('is one range inside the file', async () => {
    const last = weights().length;
    for (const range of ['', 'bytes=0-', 'bytes=-5', `bytes=0-${last}`, `bytes=${last}-${last}`, 'bytes=9-3', 'bytes=0-1,3-4', 'items=0-1', 'bytes=0-99999999999999999999', 'bytes=0x0-0x5', 'bytes=1e1-1e2'])
      expect(await status({ ...lab.granted('asker', 'x'), range }), range).toBe(416);
    expect(await status({ [GRANT_HEADER]: lab.grant('asker') })).toBe(416);
    expect(await status(lab.granted('asker', `bytes=${last - 1}-${last - 1}`))).toBe(206);
  });

  it('is refused where the holder lacks a piece or knows it as damaged', async () => {
    const copy = join(lab.root, 'holder', lab.digest, WEIGHTS);
    const bytes = await readFile(copy);
    bytes.writeUInt8(bytes.readUInt8(5) ^ 1, 5);
    await writeFile(copy, bytes);
    await holder.cache.verify(lab.digest, () => undefined, new AbortController().signal);
    expect(await status(lab.granted('asker', `bytes=0-9`))).toBe(416);
    expect(await status(lab.granted('asker', 'bytes=0-1'), modelFilePath(lab.digest, 'config.json'))).toBe(206);
    const list = JSON.parse((await lab.call(holder.port, { path: `/models/${lab.digest}/pieces`, leaf: asker, headers: { [GRANT_HEADER]: lab.grant('asker') } })).body.toString()) as { have: string };
    expect(Buffer.from(list.have, 'base64')).toEqual(Buffer.from([1])); // config.json is piece 0
  });

  it('may not be asked with headers without end', async () => {
    const answer = await lab.call(holder.port, { path, leaf: asker, headers: { ...lab.granted('asker', 'bytes=0-9'), padding: 'x'.repeat(64 * 1024) } }).catch((error: unknown) => error as Error);
    expect(answer instanceof Error || (answer as { status: number }).status === 431).toBe(true);
    expect(await status({ range: 'bytes=0-9', [GRANT_HEADER]: 'x'.repeat(12_000) })).toBe(403);
    expect(await status(lab.granted('asker', 'bytes=0-9'))).toBe(206);
  });
});

describe('many at once', () => {
  it('gives every one of 100 either the right bytes or a word to come back, and loses no place', async () => {
    const range = [0, MODEL_PIECE_BYTES / 8 - 1] as const;
    const answers = await Promise.all(Array.from({ length: 100 }, () => lab.call(holder.port, { path, leaf: asker, headers: lab.granted('asker', `bytes=${range.join('-')}`) })));
    const whole = answers.filter((answer) => answer.status === 206);
    expect(answers.filter((answer) => answer.status !== 206).every((answer) => answer.status === 503)).toBe(true);
    expect(whole.length).toBeGreaterThan(0);
    expect(whole.every(({ body }) => body.equals(weights().subarray(0, range[1] + 1)))).toBe(true);
    for (let n = 0; n < 5; n += 1) expect(await status(lab.granted('asker', 'bytes=0-9'))).toBe(206);
  });

  it('keeps places for others when one node takes what it asked for slowly, and frees its places when it goes', async () => {
    const slow = Array.from({ length: 8 }, () => {
      const socket = connect({ host: '127.0.0.1', port: holder.port, key: asker.keyPem, cert: asker.certificatePem, ca: lab.authority.certificatePem, checkServerIdentity: () => undefined, ALPNProtocols: ['http/1.1'] });
      let heard = '';
      socket.on('error', () => undefined).once('secureConnect', () => socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nrange: bytes=0-${weights().length - 1}\r\n${GRANT_HEADER}: ${lab.grant('asker')}\r\n\r\n`));
      socket.once('data', (data: Buffer) => {
        heard = data.toString('latin1', 0, 12);
        socket.pause();
      });
      return { socket, status: () => heard.slice(9) };
    });
    await waitFor(() => slow.every(({ status: heard }) => heard() !== ''), { what: 'eight answers', timeoutMs: 10_000 });
    expect(slow.map(({ status: heard }) => heard()).sort()).toEqual(['206', '206', '206', '206', '503', '503', '503', '503']);
    const other = await lab.authority.issue({ role: 'agent', id: 'other' }, 'client');
    expect(await status(lab.granted('other', 'bytes=0-9'), path, other)).toBe(206);
    for (const { socket } of slow) socket.destroy();
    await waitFor(async () => (await status(lab.granted('asker', 'bytes=0-9'))) === 206, { what: 'a place', timeoutMs: 5000 });
  });
});

it('shares a model in place only while its files look as they did when they were hashed', async () => {
  const modelRoot = join(lab.root, 'srv');
  await mkdir(modelRoot);
  const file = join(modelRoot, 'm.gguf');
  await writeFile(file, weights());
  const registered = await holder.cache.register({ path: file, modelRoots: [modelRoot], reference: { modelId: 'p', name: 'p', manifestDigest: '', totalBytes: 0, entry: '' }, wanted: [], onBytes: () => undefined, signal: new AbortController().signal });
  const headers = { range: 'bytes=0-9', [GRANT_HEADER]: lab.grant('asker', { manifestDigest: registered.digest }) };
  expect(await status(headers, modelFilePath(registered.digest, 'm.gguf'))).toBe(206);
  await appendFile(file, 'x');
  expect(await status(headers, modelFilePath(registered.digest, 'm.gguf'))).toBe(404);
});

it('registers of a directory what belongs to the model, and nothing that lies beside it or is gone', async () => {
  const modelRoot = join(lab.root, 'srv');
  await mkdir(modelRoot);
  for (const [name, text] of [['config.json', '{}'], ['m.gguf', 'weights'], ['training.log', 'epoch 1']] as const) await writeFile(join(modelRoot, name), text);
  const register = (wanted: string[]) =>
    holder.cache.register({ path: modelRoot, modelRoots: [modelRoot], reference: { modelId: 'p', name: 'p', manifestDigest: '', totalBytes: 0, entry: '' }, wanted, onBytes: () => undefined, signal: new AbortController().signal });
  const { manifest, digest } = await register(['m.gguf', 'config.json']);
  expect(manifest.files.map((file) => file.path)).toEqual(['config.json', 'm.gguf']);
  const headers = { range: 'bytes=0-3', [GRANT_HEADER]: lab.grant('asker', { manifestDigest: digest }) };
  expect(await status(headers, modelFilePath(digest, 'm.gguf'))).toBe(206);
  expect(await status(headers, modelFilePath(digest, 'training.log'))).toBe(404);
  await expect(register(['m.gguf', 'gone.json'])).rejects.toThrow(/are not in .* any more/);
});
