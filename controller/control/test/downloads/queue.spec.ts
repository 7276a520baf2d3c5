import { access, readdir, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';
import { DownloadsUnderTest, type Download } from './fixtures/downloads-under-test.js';
import { safetensorsModel } from './fixtures/small-model.js';

const SLOW = 4 * 2 ** 20;

describeOnEveryDatabase('the download queue', (makeDatabase) => {
  let database: TestDatabase;
  let test: DownloadsUnderTest;

  beforeEach(async () => {
    database = await makeDatabase();
    test = await DownloadsUnderTest.start(database);
    for (const name of ['a', 'b', 'c', 'd']) await test.hub.put(safetensorsModel(`some/${name}`, { bytes: 30_000_000 }));
  });
  afterEach(async () => {
    await test.stop();
    await database.drop();
  });

  const rate = (downloadBytesPerSecond: number | null) => test.cluster.must('PATCH', '/settings/hubs', { downloadBytesPerSecond });
  const listed = async () => ((await test.cluster.must('GET', '/downloads')) as Download[]).map(({ name, state, place }) => `${name} ${state}${place === null ? '' : ` ${place}`}`);
  const becomes = (wanted: string[]) => waitFor(async () => JSON.stringify(await listed()) === JSON.stringify(wanted), { what: `the list ${wanted.join(', ')}`, timeoutMs: 8_000, everyMs: 20 }).catch(async (error: unknown) => { expect(await listed()).toEqual(wanted); throw error; });
  const moving = (id: string) => waitFor(async () => (await test.get(id)).operation.percent > 0, { what: 'progress', timeoutMs: 8_000, everyMs: 20 });

  it('runs one at a time in the order of submission; a resumed one comes right behind the active one', async () => {
    await rate(SLOW);
    const [a, b, c] = [await test.begin('some/a'), await test.begin('some/b'), await test.begin('some/c')];
    await becomes(['a active', 'b queued 1', 'c queued 2']);
    await test.deed(b.id, 'pause');
    const d = await test.begin('some/d');
    await becomes(['a active', 'c queued 1', 'd queued 2', 'b paused']);
    expect((await test.deed(b.id, 'resume')).status).toBe(200);
    await becomes(['a active', 'b queued 1', 'c queued 2', 'd queued 3']);
    await test.deed(a.id, 'pause');
    await becomes(['b active', 'c queued 1', 'd queued 2', 'a paused']);
    await test.deed(b.id, 'cancel');
    await becomes(['c active', 'd queued 1', 'a paused', 'b cancelled']);
    await rate(null);
    await test.deed(a.id, 'resume');
    for (const { id } of [a, c, d]) await test.until(id, ['done']);
  });

  it('runs as many side by side as the setting says', async () => {
    await rate(SLOW);
    await test.cluster.must('PATCH', '/settings/hubs', { activeDownloads: 2 });
    for (const name of ['a', 'b', 'c']) await test.begin(`some/${name}`);
    await becomes(['a active', 'b active', 'c queued 1']);
  });

  it('keeps progress over a pause, and clears everything at a cancel', async () => {
    await rate(SLOW);
    const a = await test.begin('some/a');
    await moving(a.id);
    await waitFor(async () => (await test.get(a.id)).operation.percent > 30, { what: 'a third', timeoutMs: 10_000 });
    await test.deed(a.id, 'pause');
    const paused = await test.get(a.id);
    expect(paused).toMatchObject({ state: 'paused', operation: { state: 'paused', can: ['resume', 'cancel'] } });
    await test.hub.reset();
    await rate(null);
    await test.deed(a.id, 'resume');
    await test.until(a.id, ['done']);
    // Refetched at most what no sync had reached: one block of 8 MiB a connection.
    expect((await test.hub.seen()).bytesSent).toBeLessThan(30_000_000);
    await rate(SLOW);
    const b = await test.begin('some/b', { name: 'again' });
    await moving(b.id);
    expect((await test.deed(b.id, 'cancel')).status).toBe(200);
    expect((await readdir(test.storeDir)).sort()).toEqual([a.modelId]);
    expect((await test.cluster.ask('GET', `/models/${b.modelId}`)).status).toBe(404);
    expect((await test.begin('some/b', { name: 'again' })).state).toBe('queued');
  });

  it('lets one of many win who ask at the same moment', async () => {
    await rate(SLOW);
    const a = await test.begin('some/a');
    for (let round = 0; round < 8; round++) {
      const answers = await Promise.all((['pause', 'pause', 'resume', 'resume'] as const).map((deed) => test.deed(a.id, deed)));
      for (const { status } of answers) expect([200, 409]).toContain(status);
      const { state } = await test.get(a.id);
      if (state === 'paused') await test.deed(a.id, 'resume');
    }
    const ends = await Promise.all((['pause', 'cancel', 'cancel', 'resume', 'cancel'] as const).map((deed) => test.deed(a.id, deed)));
    expect(ends.filter(({ status }, index) => [1, 2, 4].includes(index) && status === 200)).toHaveLength(1);
    await test.until(a.id, ['cancelled']);
    expect(await readdir(test.storeDir)).toEqual([]);
  });

  it('says what can be asked of a download when something else was', async () => {
    const a = await test.begin('some/a');
    await test.until(a.id, ['done']);
    const { status, body } = await test.deed(a.id, 'pause');
    expect([status, (body as { error: { message: string } }).error.message]).toEqual([409, 'a is done: it cannot be asked to pause']);
    expect((await test.deed('01a00000-0000-7000-8000-000000000000', 'pause')).status).toBe(404);
    const taken = await test.cluster.ask('POST', '/downloads', { repository: 'some/b', name: 'a' });
    expect([taken.status, (taken.body as { error: { field: string } }).error.field]).toEqual([409, 'name']);
  });

  it('adopts a directory that was published before the row could say so', async () => {
    await rate(SLOW);
    const a = await test.begin('some/a');
    await moving(a.id);
    await test.deed(a.id, 'pause');
    // What a kill between the rename and the commit leaves, here with a file the hub never had.
    const directory = join(test.storeDir, a.modelId);
    await mkdir(directory, { recursive: true });
    await waitFor(async () => !(await test.log(a)).endsWith('stopped') ? undefined : true, { what: 'the stop', timeoutMs: 5_000 });
    const other = await test.begin('some/a', { name: 'complete' });
    await rate(null);
    await test.until(other.id, ['done']);
    for (const file of await readdir(join(test.storeDir, other.modelId))) await writeFile(join(directory, file), await import('node:fs/promises').then(({ readFile }) => readFile(join(test.storeDir, other.modelId, file))));
    await test.hub.reset();
    await test.deed(a.id, 'resume');
    await test.until(a.id, ['done']);
    expect((await test.hub.seen()).requests).toEqual([]);
    expect(await test.cluster.must('GET', `/models/${a.modelId}`)).toMatchObject({ state: 'ready', fileCount: 6 });
  });

  it('drops a download whose model was deleted', async () => {
    await test.hub.faults({ on: 'file', fault: { kind: 'status', status: 404 } });
    const a = await test.begin('some/a');
    await test.until(a.id, ['failed']);
    await test.cluster.must('DELETE', `/models/${a.modelId}`);
    expect((await test.deed(a.id, 'retry')).status).toBe(409);
    await test.deed(a.id, 'cancel');
    await test.until(a.id, ['cancelled']);
    await expect(access(join(test.storeDir, `${a.modelId}.partial`))).rejects.toThrow();
  });
});
