import { waitFor } from '@openstation/kit';
import { expect, it } from 'vitest';
import { DownloadsUnderTest, ownSqlite } from './fixtures/downloads-under-test.js';
import { safetensorsModel } from './fixtures/small-model.js';

const BYTES = 20_000_000;
const RATE = 1_000_000;

it('the progress of a slow download is told in steps of a second, not of a block', async () => {
  const database = await ownSqlite();
  const test = await DownloadsUnderTest.start(database);
  await test.hub.put(safetensorsModel('somebody/model', { bytes: BYTES }));
  await test.cluster.must('PATCH', '/settings/hubs', { downloadBytesPerSecond: RATE });
  const { id } = await test.begin('somebody/model');
  const told: number[] = [];
  await waitFor(async () => {
    const { percent } = (await test.get(id)).operation;
    if (percent > 0 && percent !== told.at(-1)) told.push(percent);
    return told.length >= 3 || undefined;
  }, { what: 'three steps', timeoutMs: 18_000, everyMs: 50 });
  const steps = told.slice(1).map((percent, index) => percent - (told[index] ?? 0));
  expect(Math.min(...steps)).toBeGreaterThan(0);
  // Two seconds of bytes, and what the connections had read when the limit held them.
  expect(Math.max(...steps)).toBeLessThan((100 * (2 * RATE + 4 * 262_144)) / BYTES);
  await test.deed(id, 'cancel');
  await test.stop();
  await database.drop();
});
