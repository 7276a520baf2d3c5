import { createHash, generateKeyPairSync } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { formatStatement, publicKeyText, signStatement, type ReleaseStatement, type UpgradeOrder } from '@openstation/proto';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchArchive } from './fetch-archive.js';
import { judgeOrder, type OwnRelease } from './order-check.js';
import { unpackRelease } from './unpack.js';

const { privateKey } = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519').privateKey;
const own: OwnRelease = { version: '1.2.3', arch: 'x64', keys: [publicKeyText(privateKey)], replaceable: true };
const digest = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

function orderOf(change: Partial<UpgradeOrder> = {}, statement: Partial<ReleaseStatement> = {}, key = privateKey): UpgradeOrder {
  const text = formatStatement({ version: '1.3.0', arch: 'x64', manifestSha256: digest(''), ...statement });
  return { requestId: 'r1', version: '1.3.0', arch: 'x64', bytes: 100, sha256: digest(''), signature: signStatement(text, key), statement: text, healthGateSeconds: 120, ...change };
}

describe('an upgrade order', () => {
  it('is obeyed for a newer release that one of our keys signed', () => {
    expect(judgeOrder(orderOf(), own)).toMatchObject({ ok: true, statement: { version: '1.3.0' } });
  });

  const flipped = Buffer.from(orderOf().signature);
  flipped[10] = (flipped[10] ?? 0) ^ 1;
  it.each([
    ['a signature with one bit changed', orderOf({ signature: flipped }), own, /not signed/],
    ['another key', orderOf({}, {}, stranger), own, /not signed/],
    ['a statement that was changed after signing', orderOf({ statement: orderOf().statement.replace('1.3.0', '1.4.0'), version: '1.4.0' }), own, /not signed/],
    ['the version that runs', orderOf({ version: '1.2.3' }, { version: '1.2.3' }), own, /not newer/],
    ['an older version', orderOf({ version: '1.2.2' }, { version: '1.2.2' }), own, /not newer/],
    ['an early form of the version that runs', orderOf({ version: '1.2.3-rc.1' }, { version: '1.2.3-rc.1' }), own, /not newer/],
    ['an order that calls an old release new', orderOf({ version: '9.0.0' }), own, /another version/],
    ['another architecture', orderOf({ arch: 'arm64' }, { arch: 'arm64' }), own, /this node is x64/],
    ['no digest', orderOf({ sha256: '' }), own, /no digest/],
    ['an endless archive', orderOf({ bytes: 2 ** 40 }), own, /not taken/],
    ['a request id that is a path', orderOf({ requestId: '../../x' }), own, /request id/],
    ['an agent of a checkout', orderOf(), { ...own, replaceable: false }, /not installed from an archive/],
    ['an agent without keys', orderOf(), { ...own, keys: [] }, /without a release key/],
  ] as const)('is refused for %s', (_, order, release, why) => {
    const judged = judgeOrder(order, release);
    expect(judged.ok).toBe(false);
    expect('why' in judged && judged.why).toMatch(why);
  });
});

interface Entry { readonly name: string; readonly content?: string; readonly type?: 'file' | 'directory' | 'symlink'; readonly linkname?: string }

describe('a release', () => {
  let work: string;
  beforeEach(async () => {
    work = await mkdtemp(join(tmpdir(), 'openstation-unpack-'));
  });
  afterEach(() => rm(work, { recursive: true, force: true }));

  const listed = [{ path: 'bin/run', content: '#!/bin/sh\n', executable: true }, { path: 'agent/agent.cjs', content: 'work()', executable: false }];
  const manifest = JSON.stringify({ version: '1.3.0', arch: 'x64', files: listed.map(({ path, content, executable }) => ({ path, executable, bytes: content.length, sha256: digest(content) })) });
  const statement: ReleaseStatement = { version: '1.3.0', arch: 'x64', manifestSha256: digest(manifest) };
  const good: Entry[] = [
    { name: 'openstation-agent/', type: 'directory' }, { name: 'openstation-agent/release.txt', content: 's' }, { name: 'openstation-agent/release.sig', content: 's' },
    { name: 'openstation-agent/manifest.json', content: manifest }, ...listed.map(({ path, content }) => ({ name: `openstation-agent/${path}`, content })),
  ];
  const without = (path: string) => good.filter(({ name }) => !name.endsWith(path));

  async function unpack(entries: readonly Entry[], stated = statement, spoil?: (archive: string) => Promise<void>): Promise<string> {
    const archive = join(work, 'archive.tar.gz');
    const tar = pack();
    for (const { name, content = '', type = 'file', linkname } of entries) tar.entry({ name, type, ...(linkname === undefined ? {} : { linkname }), mode: 0o777 }, content);
    tar.finalize();
    await pipeline(tar, createGzip(), createWriteStream(archive));
    await spoil?.(archive);
    await unpackRelease(archive, join(work, 'out'), stated, (path) => readFile(path, 'utf8'));
    return join(work, 'out');
  }

  it('is unpacked with the rights of its list, whatever the umask is', async () => {
    const before = process.umask(0o077);
    const out = await unpack(good).finally(() => process.umask(before));
    for (const folder of ['', 'bin', 'agent']) expect((await stat(join(out, folder))).mode & 0o777, folder).toBe(0o755);
    expect((await stat(join(out, 'manifest.json'))).mode & 0o777).toBe(0o644);
    expect(await readFile(join(out, 'agent/agent.cjs'), 'utf8')).toBe('work()');
    expect([(await stat(join(out, 'bin/run'))).mode & 0o777, (await stat(join(out, 'agent/agent.cjs'))).mode & 0o777]).toEqual([0o755, 0o644]);
  });

  it.each([
    ['a file that was changed', [...without('agent.cjs'), { name: 'openstation-agent/agent/agent.cjs', content: 'evil()' }], /not the file that was signed/],
    ['a file that is missing', without('agent.cjs'), /is missing/],
    ['a file more', [...good, { name: 'openstation-agent/agent/more.cjs', content: 'x' }], /not on the signed list/],
    ['a file twice', [...good, { name: 'openstation-agent/bin/run', content: '#!/bin/sh\n' }], /twice/],
    ['another list', [...without('manifest.json'), { name: 'openstation-agent/manifest.json', content: manifest.replace('agent.cjs', 'other.cjs') }], /not the signed one/],
    ['no list', without('manifest.json'), /not the signed one/],
    ['a way out', [...good, { name: 'openstation-agent/../../escaped', content: 'x' }], /which no release has/],
    ['an absolute path', [...good, { name: '/etc/escaped', content: 'x' }], /which no release has/],
    ['another folder', [...good, { name: 'else/file', content: 'x' }], /which no release has/],
    ['a link', [...good, { name: 'openstation-agent/link', type: 'symlink' as const, linkname: '/etc' }], /neither a file nor a folder/],
    ['an odd name', [...good, { name: 'openstation-agent/a\nb', content: 'x' }], /which no release has/],
  ])('with %s is refused, and nothing of it stays', async (_, entries, why) => {
    await expect(unpack(entries)).rejects.toThrow(why);
    expect(await readdir(work)).toEqual(['archive.tar.gz']);
  });

  it('cut off anywhere is refused', async () => {
    for (const share of [0, 0.3, 0.9]) {
      await expect(unpack(good, statement, async (archive) => truncate(archive, Math.floor((await stat(archive)).size * share)))).rejects.toThrow();
      expect(await readdir(work)).toEqual(['archive.tar.gz']);
    }
  });

  it('of another version than stated is refused', async () => {
    await expect(unpack(good, { ...statement, version: '1.4.0' })).rejects.toThrow(/another release/);
  });
});

describe('an archive that is fetched', () => {
  let work: string;
  beforeEach(async () => {
    work = await mkdtemp(join(tmpdir(), 'openstation-fetch-'));
  });
  afterEach(() => rm(work, { recursive: true, force: true }));

  const content = Buffer.from('0123456789');
  const order = orderOf({ bytes: content.length, sha256: digest(content) });
  const lost = Object.assign(new Error('gone'), { retryable: true });

  it('goes on where it was cut off, in this life or another', async () => {
    const asked: number[] = [];
    const path = join(work, 'part');
    await writeFile(path, content.subarray(0, 2));
    const source = async function* (_v: string, _a: string, offset: number) {
      asked.push(offset);
      yield { offset, data: content.subarray(offset, offset + 3) };
      await Promise.resolve();
      if (offset + 3 < content.length) throw lost;
    };
    await fetchArchive(order, path, source, () => undefined, new AbortController().signal);
    expect(asked).toEqual([2, 5, 8]);
    expect(await readFile(path)).toEqual(content);
  });

  it('is thrown away when its digest is another', async () => {
    const path = join(work, 'part');
    const source = async function* () {
      yield await Promise.resolve({ offset: 0, data: Buffer.from('0123456780') });
    };
    await expect(fetchArchive(order, path, source, () => undefined, new AbortController().signal)).rejects.toThrow(/digest differs/);
    expect(await readdir(work)).toEqual([]);
  });

  it('is refused when more or other bytes come', async () => {
    const source = async function* () {
      yield await Promise.resolve({ offset: 0, data: Buffer.alloc(11) });
    };
    await expect(fetchArchive(order, join(work, 'part'), source, () => undefined, new AbortController().signal)).rejects.toThrow(/other bytes/);
  });
});
