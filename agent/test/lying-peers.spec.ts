import { readFile, readdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { MODEL_PIECE_BYTES, parseByteRange, parseModelPath } from '@openstation/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelSourceError, type ModelCache } from '../src/model-cache/index.js';
import { ShareLab } from './share-lab.js';
import { TestAuthority } from './test-authority.js';

const WEIGHTS = 'weights/model.gguf';
const never = new AbortController().signal;
let lab: ShareLab;

beforeEach(async () => {
  lab = await ShareLab.open();
});

afterEach(() => lab.close());

const weights = (): Buffer => lab.places.directory.files.get(WEIGHTS) ?? Buffer.alloc(0);
const all = Buffer.alloc(4, 0xff).toString('base64');
const none = Buffer.alloc(4).toString('base64');

/** Brings the model and looks at every byte that became visible. */
async function expectWhole(cache: ModelCache): Promise<void> {
  const directory = await cache.ensure(lab.places.directory.reference, () => undefined, never);
  for (const [path, bytes] of lab.places.directory.files) expect((await readFile(join(directory, path))).equals(bytes), path).toBe(true);
}

/** Nobody but the nodes has weights; the controller gives the small files. */
function controllerAway(): void {
  const send = lab.places.controller.onChunk;
  lab.places.controller.onChunk = (wish, at, data) => (wish.path === WEIGHTS ? Promise.reject(new ModelSourceError('away', true)) : send(wish, at, data));
}

type Answer = (range: readonly [number, number], right: Buffer, response: ServerResponse) => void;

/** Says it has everything, and answers pieces in its own way. */
function listing(answer: Answer, asked: string[], list: unknown = { have: all, fetching: none }) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const wish = parseModelPath(request.url ?? '');
    if (wish?.file === undefined) return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(list));
    const bytes = lab.places.directory.files.get(wish.file) ?? Buffer.alloc(0);
    const range = parseByteRange(request.headers.range, bytes.length) ?? [0, 0];
    asked.push(`${wish.file} ${range[0] / MODEL_PIECE_BYTES}`);
    answer(range, bytes.subarray(...range), response);
  };
}

const head = (response: ServerResponse, length: number): ServerResponse => response.writeHead(206, { 'content-length': length });
const wrong = (right: Buffer): Buffer => Buffer.from(right.map((byte) => byte ^ 1));

describe('a node that sends wrong bytes', () => {
  const lies: Record<string, Answer> = {
    'all of them': (_range, right, response) => head(response, right.length).end(wrong(right)),
    'the last one': (_range, right, response) => head(response, right.length).end(Buffer.concat([right.subarray(0, -1), wrong(right.subarray(-1))])),
    'those of another piece': (_range, right, response) => head(response, right.length).end(Buffer.concat([weights().subarray(16), right]).subarray(0, right.length)),
    zeros: (_range, right, response) => head(response, right.length).end(Buffer.alloc(right.length)),
  };
  it.each(Object.entries(lies))('(%s) is asked once or twice, then never again: the others bring the model', async (_, answer) => {
    const asked: string[] = [];
    const ports = { liar: await lab.liar({ role: 'agent', id: 'liar' }, listing(answer, asked)), honest: (await lab.holder('honest')).port };
    controllerAway();
    await expectWhole(await lab.fetcher('fetcher', ports));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.length, 'two transfers at most were on their way').toBeLessThanOrEqual(2);
  });

  it('is alone in the world: nothing becomes visible', async () => {
    const asked: string[] = [];
    const port = await lab.liar({ role: 'agent', id: 'liar' }, listing((_range, right, response) => head(response, right.length).end(wrong(right)), asked));
    controllerAway();
    const stop = new AbortController();
    const cache = await lab.fetcher('fetcher', { liar: port });
    const fetching = cache.ensure(lab.places.directory.reference, ({ message }) => message.includes('wrong bytes') && stop.abort(new Error('seen')), stop.signal);
    await expect(fetching).rejects.toThrow('seen');
    expect(await readdir(join(lab.root, 'fetcher'))).not.toContain(lab.digest);
    expect((await cache.share(lab.digest))?.holds(WEIGHTS, 0, 1) ?? false).toBe(false);
  });
});

describe('a node that breaks the rules of the road', () => {
  const rude: Record<string, Answer> = {
    'too little, then the end of the connection': (_range, right, response) => {
      head(response, right.length).write(right.subarray(0, right.length / 2));
      setImmediate(() => response.destroy());
    },
    'more than it announced': (_range, right, response) => void response.socket?.end(`HTTP/1.1 206 x\r\ncontent-length: ${right.length}\r\n\r\n${'x'.repeat(right.length + 100_000)}`),
    'another length': (_range, right, response) => head(response, right.length - 1).end(right.subarray(1)),
    'the whole file': (_range, _right, response) => response.writeHead(200, { 'content-length': weights().length }).end(weights()),
    'no length': (_range, right, response) => response.writeHead(206).end(right),
    'a way to somewhere else': (_range, _right, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    'headers without end': (_range, right, response) => response.writeHead(206, { 'content-length': right.length, padding: 'x'.repeat(200_000) }).end(right),
    'no HTTP': (_range, _right, response) => void response.socket?.end('SSH-2.0-x\r\n'),
    'busy, for ever': (_range, _right, response) => response.writeHead(503).end(),
    'not here, for ever': (_range, _right, response) => response.writeHead(416).end(),
    'an error': (_range, _right, response) => response.writeHead(500).end('x'.repeat(100_000)),
  };
  it.each(Object.entries(rude))('(%s) does not keep the model from coming', async (_, answer) => {
    const asked: string[] = [];
    const port = await lab.liar({ role: 'agent', id: 'liar' }, listing(answer, asked));
    // Spare pieces would hide that the others are not asked for.
    lab.places.controller.onChunk = (wish, _at, data) => (wish.spare ? Promise.reject(new ModelSourceError('others first', true, true)) : data);
    await expectWhole(await lab.fetcher('fetcher', { liar: port }));
    expect(lab.places.controller.asked.some(({ path, spare }) => path === WEIGHTS && !spare)).toBe(true);
  });

  it.each([
    ['no list', 'x'], ['no bitmaps', {}], ['lengths for bitmaps', { have: { length: 2 ** 30 }, fetching: 7 }], ['nothing', null], ['a bitmap of another size', { have: 'A'.repeat(100_000), fetching: '' }],
    ['a list without end', { have: 'A'.repeat(5 * 2 ** 20), fetching: '' }],
  ])('(%s for a piece list) does not keep the model from coming', async (_, list) => {
    const port = await lab.liar({ role: 'agent', id: 'liar' }, listing((_range, right, response) => head(response, right.length).end(wrong(right)), [], list));
    await expectWhole(await lab.fetcher('fetcher', { liar: port }));
  });
});

describe('somebody else at the address of a node', () => {
  const asked: string[] = [];
  const honest = listing((_range, right, response) => head(response, right.length).end(right), asked);
  beforeEach(() => asked.splice(0));

  it.each([
    ['another node', { role: 'agent', id: 'other' }], ['a gateway of the same id', { role: 'gateway', id: 'node' }], ['one with the name of the controller', { role: 'control', id: '' }],
  ] as const)('(%s) is not asked', async (_, identity) => {
    const port = await lab.liar(identity, honest);
    await expectWhole(await lab.fetcher('fetcher', { node: port }));
    expect(asked).toEqual([]);
  });

  it('(of another cluster) is not asked', async () => {
    const port = await lab.liar({ role: 'agent', id: 'node' }, honest, await TestAuthority.create());
    await expectWhole(await lab.fetcher('fetcher', { node: port }));
    expect(asked).toEqual([]);
  });

  it('(the node itself, removed from the cluster) is not asked', async () => {
    const port = await lab.liar({ role: 'agent', id: 'node' }, honest);
    await expectWhole(await lab.fetcher('fetcher', { node: port }, () => true));
    expect(asked).toEqual([]);
    await expectWhole(await lab.fetcher('second', { node: port }, () => false));
  });
});
