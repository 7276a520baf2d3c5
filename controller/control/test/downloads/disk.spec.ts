import { waitFor } from '@openstation/kit';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TestDatabase } from '../fixtures/databases.js';
import { DownloadsUnderTest, ownSqlite } from './fixtures/downloads-under-test.js';
import { safetensorsModel } from './fixtures/small-model.js';

interface DiskFault {
  readonly code: 'ENOSPC' | 'EIO' | 'EROFS';
  readonly on: 'write' | 'datasync';
  readonly file: RegExp;
  times: number;
}

/** What the disk of the model store does wrong; seen by every file that is opened. */
const disk = vi.hoisted(() => ({
  faults: [] as DiskFault[],
  strike(path: string, on: DiskFault['on']): void {
    const fault = this.faults.find((one) => one.on === on && one.times > 0 && one.file.test(path));
    if (!fault) return;
    fault.times -= 1;
    throw Object.assign(new Error(`${fault.code}: injected`), { code: fault.code });
  },
}));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const open: typeof real.open = async (path, ...rest) => {
    const handle = await real.open(path, ...rest);
    for (const on of ['write', 'datasync'] as const) {
      const act = (handle[on] as (...given: unknown[]) => Promise<unknown>).bind(handle);
      Object.assign(handle, { [on]: async (...given: unknown[]) => { disk.strike(path.toString(), on); return act(...given); } });
    }
    return handle;
  };
  const writeFile: typeof real.writeFile = async (path, ...rest) => {
    if (typeof path === 'string') disk.strike(path, 'write');
    return real.writeFile(path, ...rest);
  };
  return { ...real, default: { ...real, open, writeFile }, open, writeFile };
});

vi.mock('../../src/downloads/fetch/progress-file.js', async (original) => {
  const real = await original<typeof import('../../src/downloads/fetch/progress-file.js')>();
  const saveProgress: typeof real.saveProgress = async (directory, files) => {
    disk.strike(join(directory, real.PROGRESS_NAME), 'write');
    return real.saveProgress(directory, files);
  };
  return { ...real, saveProgress };
});

const WEIGHTS = 'model.safetensors';
const always = Number.MAX_SAFE_INTEGER;

describe('the disk of the model store', () => {
  let database: TestDatabase;
  let test: DownloadsUnderTest;
  let number = 0;

  beforeAll(async () => {
    database = await ownSqlite();
    test = await DownloadsUnderTest.start(database);
    await test.hub.put(safetensorsModel('somebody/model', { bytes: 20_000_000 }));
  });
  afterEach(() => { disk.faults.length = 0; });
  afterAll(async () => {
    await test.stop();
    await database.drop();
  });
  const begin = () => test.begin('somebody/model', { name: `model-${++number}` });
  const isRight = async (modelId: string) => expect(await test.published(modelId)).toMatchObject(await ofModel());
  const ofModel = async () => { const { 'config.json': config, [WEIGHTS]: weights } = await test.promised('somebody/model'); return { 'config.json': config, [WEIGHTS]: weights }; };

  it.each([
    ['for the weights', /\.partial\/model\.safetensors$/, 'write' as const],
    ['when what was written is synced', /\.partial\/model\.safetensors$/, 'datasync' as const],
    ['for the map of progress', /openstation-progress/, 'write' as const],
    ['for the manifest at the end', /MANIFEST$/, 'write' as const],
  ])('is full %s: the download waits, says so, and goes on', async (what, file, on) => {
    disk.faults.push({ code: 'ENOSPC', on, file, times: always });
    const begun = await begin();
    const waiting = await test.until(begun.id, ['waiting', 'failed', 'done'], 10_000);
    expect([waiting.state, waiting.waitingFor, waiting.message]).toEqual(['waiting', 'space', 'the disk of the model store is full: it goes on by itself when there is space']);
    expect(waiting.operation.can).toEqual(expect.arrayContaining(['pause', 'cancel']));
    disk.faults.length = 0;
    // The first one goes on by itself, as all do after some seconds.
    if (what !== 'for the weights') for (const deed of ['pause', 'resume'] as const) expect((await test.deed(begun.id, deed)).status).toBe(200);
    await test.until(begun.id, ['done'], 15_000);
    await isRight(begun.modelId);
  });

  it('loses what was written once: the file starts anew, because nobody knows which bytes are gone', async () => {
    disk.faults.push({ code: 'EIO', on: 'datasync', file: /model\.safetensors$/, times: 1 });
    const begun = await begin();
    const done = await test.until(begun.id, ['done', 'failed'], 15_000);
    expect([done.state, done.message]).toEqual(['done', '']);
    expect(await test.log(done)).toMatch(/does not take what is written \(EIO\); the file starts anew/);
    await isRight(begun.modelId);
  });

  it.each(['EIO', 'EROFS'] as const)('takes nothing any more (%s): the download fails with the reason, and retry works when it is mended', async (code) => {
    disk.faults.push({ code, on: 'write', file: /model\.safetensors$/, times: always });
    const begun = await begin();
    const failed = await test.until(begun.id, ['done', 'failed', 'waiting'], 15_000);
    expect([failed.state, failed.operation.failureCode, failed.message]).toEqual(['failed', 'disk', `the disk of the model store does not take what is written (${code})`]);
    await expect(access(join(test.storeDir, begun.modelId))).rejects.toThrow();
    disk.faults.length = 0;
    expect((await test.deed(begun.id, 'retry')).status).toBe(200);
    await test.until(begun.id, ['done'], 15_000);
    await isRight(begun.modelId);
  });

  it('fills up in the middle: others go on, and what was fetched is kept', async () => {
    await test.cluster.must('PATCH', '/settings/hubs', { downloadBytesPerSecond: 8_000_000 });
    const begun = await begin();
    await waitFor(async () => (await test.get(begun.id)).operation.percent > 55, { what: 'more than a half', timeoutMs: 10_000, everyMs: 20 });
    disk.faults.push({ code: 'ENOSPC', on: 'write', file: new RegExp(`${begun.modelId}\\.partial/model\\.safetensors$`), times: always });
    const waiting = await test.until(begun.id, ['waiting'], 10_000);
    const other = await begin();
    await test.cluster.must('PATCH', '/settings/hubs', { downloadBytesPerSecond: null });
    await test.until(other.id, ['done'], 10_000);
    expect((await test.get(begun.id)).state).toBe('waiting');
    expect(waiting.operation.percent).toBeGreaterThan(30);
    const before = (await test.hub.seen()).bytesSent;
    disk.faults.length = 0;
    await test.until(begun.id, ['done'], 15_000);
    expect((await test.hub.seen()).bytesSent - before, 'not all of it again').toBeLessThan(14_000_000);
    await isRight(begun.modelId);
  });
});
