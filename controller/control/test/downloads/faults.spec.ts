import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestDatabase } from '../fixtures/databases.js';
import { DownloadsUnderTest, ownSqlite } from './fixtures/downloads-under-test.js';
import type { FaultRule } from './fixtures/hub-process.js';
import { safetensorsModel, textFile } from './fixtures/small-model.js';

type Fault = FaultRule['fault'];
type Hub = 'modelscope' | 'huggingface';

/** More than a piece of 64 MiB, so that ranges are really ranges; for the faults that need that. */
const LARGE_BYTES = 80_000_000;
const ABOUT_RANGES = new Set(['whole-for-range', 'short', 'etag']);
const WEIGHTS = 'model.safetensors';

const strikes = (fault: Fault, times?: number, after = 0): FaultRule => ({ on: 'file', path: WEIGHTS, after, fault, ...(times === undefined ? {} : { times }) });

/** What is got over, with what the log says about it. */
const mended: [string, FaultRule, RegExp, Hub?][] = [
  ['the whole file for a range', strikes({ kind: 'whole-for-range' }), /only as a whole/],
  ['the whole file for a range, Hugging Face', strikes({ kind: 'whole-for-range' }), /only as a whole/, 'huggingface'],
  ['the whole file for one of the ranges', strikes({ kind: 'whole-for-range' }, 1, 1), /only as a whole/],
  ['another range than the one asked for', strikes({ kind: 'wrong-content-range' }, 2), /another part than the one asked for/],
  ['a cut after a megabyte', strikes({ kind: 'cut', bytes: 1_000_000 }, 4), /broke/],
  ['a body that is announced too short', strikes({ kind: 'short', bytes: 10 }, 2), /announced 67108854 bytes for a part of 67108864/],
  ['a body longer than it may be', strikes({ kind: 'too-long', bytes: 1000 }, 1), /sends more/],
  ['another ETag', strikes({ kind: 'etag', etag: '"other"' }, 1, 1), /changed at the hub/],
  ['a web page', strikes({ kind: 'html' }, 2), /web page/],
  ['a message with status 200', strikes({ kind: 'json-error' }, 2), /message instead of the file/],
  ['compressed content', strikes({ kind: 'gzip' }, 2), /compressed/],
  ['wrong bytes of the right size, twice', strikes({ kind: 'wrong-bytes' }, 2), /thrown away/],
  ['a stalled connection', strikes({ kind: 'stall', bytes: 100_000 }, 2), /stalled/],
  ['a connection that drips', strikes({ kind: 'drip', bytes: 100_000, everyMs: 20 }, 1), /stalled/],
  ['a connection that is reset', strikes({ kind: 'reset' }, 3), /broke the connection/],
  ['a problem of the hub', strikes({ kind: 'status', status: 500 }, 2), /problem of its own \(500\)/],
  ['a hub that asks to come back later', strikes({ kind: 'status', status: 429, retryAfter: 1 }, 1), /come back later \(429\); it goes on by itself/],
  ['a hub in maintenance', strikes({ kind: 'status', status: 503, retryAfter: 1 }, 1), /come back later \(503\)/],
  ['a redirect without a host', strikes({ kind: 'redirect', to: 'relative' }, 1), /as promised/],
];

/** What needs a person: the code of the failure and its words. */
const fatal: [string, FaultRule, string, RegExp, Hub?][] = [
  ['another range each time', strikes({ kind: 'wrong-content-range' }), 'wrong-answer', /another part/, 'huggingface'],
  ['a file of another size', strikes({ kind: 'wrong-total' }), 'wrong-answer', /says the file has \d+ bytes, its list says/],
  ['a web page each time', strikes({ kind: 'html' }), 'wrong-answer', /sent a web page instead of the file/],
  ['wrong bytes each time', strikes({ kind: 'wrong-bytes' }), 'corrupt', /promises sha256 [0-9a-f]{64}, what came is [0-9a-f]{64}, three times/],
  ['a redirect into this network', strikes({ kind: 'redirect', to: 'other-host' }), 'refused', /localhost is an address inside this network/],
  ['a redirect to the metadata service', strikes({ kind: 'redirect', to: 'metadata' }), 'refused', /169\.254\.169\.254/],
  ['a redirect to another scheme', strikes({ kind: 'redirect', to: 'other-scheme' }), 'refused', /without encryption/],
  ['redirects in a circle', strikes({ kind: 'redirect', to: 'loop' }), 'wrong-answer', /circle/],
  ['a file that is gone', strikes({ kind: 'status', status: 404 }), 'no-file', /does not have model\.safetensors/],
  ['a file that is not for us', strikes({ kind: 'status', status: 403 }), 'forbidden', /private or gated/],
];

/** Lists of strangers: the words a person gets. */
const lists: [string, string, RegExp][] = [
  ['a web page', '<html>hello</html>', /does not answer like one/],
  ['no envelope', '[]', /does not answer like one/],
  ['files of the wrong kind', envelope('"many"'), /not what it should be/],
  ['a size below zero', envelope(files({ Size: -1 })), /not what it should be/],
  ['a size that is text', envelope(files({ Size: '12' })), /not what it should be/],
  ['no size', envelope(files({ Size: null })), /without a size/],
  ['a hash of another length', envelope(files({ Sha256: 'abcd' })), /without a usable hash/],
  ['a hash of another algorithm', envelope(files({ Sha256: 'sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709' })), /without a usable hash/],
  ['a path that leads out', envelope(files({ Path: 'weights/../../etc/model.safetensors' })), /no file of the repository is chosen/],
  ['an absolute path', envelope(files({ Path: '/etc/model.safetensors' })), /cannot be a file of a model/],
  ['a path with a back slash', envelope(files({ Path: 'a\\\\..\\\\model.safetensors' })), /cannot be a file of a model/],
  ['a path with a NUL', envelope(files({ Path: 'model\\u0000.safetensors' })), /cannot be a file of a model/],
  ['a path in another normal form', envelope(files({ Path: 'mode\\u0301l.safetensors' })), /cannot be a file of a model/],
  ['two names that differ by case', envelope(files({ Path: 'model.safetensors' }, { Path: 'Model.safetensors' })), /one file on some disks/],
  ['the same name twice', envelope(files({ Path: 'model.safetensors' }, { Path: 'model.safetensors' })), /one file on some disks|twice/],
  ['a name of 256 bytes', envelope(files({ Path: `${'m'.repeat(244)}.safetensors` })), /cannot be a file of a model/],
  ['a drive letter', envelope(files({ Path: 'C:model.safetensors' })), /cannot be a file of a model/],
  ['a size beyond all numbers', envelope(files({ Size: 2 ** 60 })), /not what it should be/],
  ['a file that is also a directory', envelope(files({ Path: 'model.safetensors' }, { Path: 'config.json' }, { Path: 'config.json/x.json' })), /both as a file and as a directory/],
  ['a million files', envelope(`[${Array.from({ length: 60_000 }, (_, index) => entry({ Path: `${index}.json` })).join(',')}]`), /not what it should be/],
  ['no revision', envelope('null'), /no revision/],
];

describe('what hubs do to downloads', () => {
  let database: TestDatabase;
  let test: DownloadsUnderTest;
  let number = 0;

  beforeAll(async () => {
    database = await ownSqlite();
    test = await DownloadsUnderTest.start(database);
    await test.hub.put(safetensorsModel('somebody/model'));
    await test.hub.put(safetensorsModel('somebody/large', { bytes: LARGE_BYTES }));
  });
  afterAll(async () => {
    await test.stop();
    await database.drop();
  });
  beforeEach(() => test.hub.reset());

  const begin = (hub: Hub, repository = 'somebody/model') => test.begin(repository, { hub, name: `model-${++number}` });
  const isPublished = (modelId: string) => access(join(test.storeDir, modelId)).then(() => true, () => false);

  it.each(mended)('gets over %s', async (_, rule, words, hub = 'modelscope') => {
    const repository = ABOUT_RANGES.has(rule.fault.kind) ? 'somebody/large' : 'somebody/model';
    const promised = await test.promised(repository);
    await test.hub.faults(rule);
    const begun = await begin(hub, repository);
    const done = await test.until(begun.id, ['done', 'failed'], 20_000);
    expect([done.state, done.message]).toEqual(['done', '']);
    expect((await test.published(begun.modelId))[WEIGHTS]).toBe(promised[WEIGHTS]);
    expect(await test.log(done)).toMatch(words);
    await test.cluster.must('DELETE', `/models/${begun.modelId}`);
  });

  it.each(fatal)('gives up on %s, and says why', async (_, rule, code, words, hub = 'modelscope') => {
    await test.hub.faults(rule);
    const begun = await begin(hub);
    const failed = await test.until(begun.id, ['done', 'failed'], 20_000);
    expect([failed.state, failed.operation.failureCode]).toEqual(['failed', code]);
    expect(failed.message).toMatch(words);
    expect(failed.operation).toMatchObject({ state: 'failed', can: ['retry', 'cancel'] });
    expect(await isPublished(begun.modelId)).toBe(false);
    expect(await test.cluster.must('GET', `/models/${begun.modelId}`)).toMatchObject({ state: 'failed' });
    await test.hub.reset();
    expect((await test.deed(begun.id, 'retry')).status).toBe(200);
    await test.until(begun.id, ['done']);
    await test.cluster.must('DELETE', `/models/${begun.modelId}`);
  });

  it.each(lists)('refuses a list with %s', async (_, body, words) => {
    await test.hub.faults({ on: 'list', fault: { kind: 'list', body } });
    const { status, body: answer } = await test.cluster.ask('POST', '/downloads', { repository: 'somebody/model', hub: 'modelscope', name: `model-${++number}` });
    expect([status >= 400, status === 500]).toEqual([true, false]);
    expect((answer as { error: { message: string } }).error.message).toMatch(words);
  });

  it('fails with the name of the file when the hub’s files are no model', async () => {
    const good = safetensorsModel('somebody/broken');
    await test.hub.put({ ...good, files: [...good.files.filter(({ path }) => path !== WEIGHTS), textFile(WEIGHTS, 'this is no safetensors file at all')] });
    const begun = await test.begin('somebody/broken');
    const failed = await test.until(begun.id, ['done', 'failed']);
    expect([failed.state, failed.operation.failureCode, failed.message]).toEqual(['failed', 'broken-file', expect.stringContaining(WEIGHTS)]);
    expect(await isPublished(begun.modelId)).toBe(false);
  });
});

function entry(over: Record<string, unknown>): string {
  return JSON.stringify({ Path: 'model.safetensors', Type: 'blob', Size: 10, Sha256: 'a'.repeat(64), ...over }).replaceAll('\\\\', '\\');
}

function files(...over: Record<string, unknown>[]): string {
  return `[${over.map(entry).join(',')}]`;
}

function envelope(list: string): string {
  return `{"Code":200,"Success":true,"Message":"success","RequestId":"x","Data":{"Files":${list}}}`;
}

describe('the fault tables', () => {
  it('hold every fault the emulator can make', () => {
    const kinds = new Set([...mended.map(([, rule]) => rule.fault.kind), ...fatal.map(([, rule]) => rule.fault.kind)]);
    expect([...kinds].sort()).toEqual(['cut', 'drip', 'etag', 'gzip', 'html', 'json-error', 'redirect', 'reset', 'short', 'stall', 'status', 'too-long', 'whole-for-range', 'wrong-bytes', 'wrong-content-range', 'wrong-total']);
  });
});
