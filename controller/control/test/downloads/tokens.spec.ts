import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestDatabase } from '../fixtures/databases.js';
import { DownloadsUnderTest, ownSqlite } from './fixtures/downloads-under-test.js';
import { safetensorsModel } from './fixtures/small-model.js';

const TOKEN = 'hub-token-5f1c0e';

describe('hub settings and tokens', () => {
  let database: TestDatabase;
  let test: DownloadsUnderTest;

  beforeAll(async () => {
    database = await ownSqlite();
    test = await DownloadsUnderTest.start(database, { trustedHosts: ['localhost'] });
    await test.hub.put(safetensorsModel('private/model', { token: TOKEN }));
    await test.hub.put(safetensorsModel('open/model'));
  });
  afterAll(async () => {
    await test.stop();
    await database.drop();
  });
  beforeEach(() => test.hub.reset());

  const settings = (change: Record<string, unknown>) => test.cluster.must('PATCH', '/settings/hubs', change) as Promise<Record<string, unknown>>;

  it('has the documented defaults', async () => {
    expect(await test.cluster.must('GET', '/settings/hubs')).toEqual({
      activeDownloads: 1, primaryHub: 'modelscope', modelscopeAddress: test.hub.address, huggingfaceAddress: test.hub.address, modelscopeTokenSet: false, huggingfaceTokenSet: false,
      downloadBytesPerSecond: null, distributionBytesPerSecond: null,
    });
  });

  it.each(['modelscope', 'huggingface'] as const)('says that %s needs a token, takes one, and never shows it', async (hub) => {
    const refused = await test.cluster.ask('POST', '/downloads/preview', { hub, repository: 'private/model' });
    expect([refused.status >= 400, JSON.stringify(refused.body)]).toEqual([true, expect.stringMatching(/token|private/)]);
    expect(await settings({ [`${hub}Token`]: TOKEN })).toMatchObject({ [`${hub}TokenSet`]: true });
    expect(await test.cluster.must('POST', '/downloads/preview', { hub, repository: 'private/model' })).toMatchObject({ fits: true });
    const stored = await test.cluster.control.store.manager.query<{ value: string }[]>(`select ${hub}Token as value from hub_settings`);
    expect(stored[0]?.value).toMatch(/^v1\./);
    const audit = JSON.stringify(await test.cluster.must('GET', '/audit'));
    expect([audit.includes(`"${hub}Token":"set"`), audit.includes(TOKEN), JSON.stringify(stored).includes(TOKEN)]).toEqual([true, false, false]);
  });

  it.each(['modelscope', 'huggingface'] as const)('keeps the token of %s at its own origin when a redirect leads to another host', async (hub) => {
    await settings({ [`${hub}Token`]: TOKEN });
    await test.hub.faults({ on: 'file', fault: { kind: 'redirect', to: 'other-host' } });
    const begun = await test.begin('open/model', { hub, name: `from-${hub}` });
    await test.until(begun.id, ['done']);
    const { requests } = await test.hub.seen();
    const elsewhere = requests.filter(({ host }) => host.startsWith('localhost'));
    const own = requests.filter(({ host }) => !host.startsWith('localhost'));
    expect([elsewhere.length > 0, elsewhere.some(({ authorized }) => authorized), own.every(({ authorized }) => authorized)]).toEqual([true, false, true]);
  });

  it('forgets the token when the hub moves to another origin, and keeps it for another path', async () => {
    await settings({ modelscopeToken: TOKEN });
    expect(await settings({ modelscopeAddress: `${test.hub.address}/mirror` })).toMatchObject({ modelscopeTokenSet: true });
    expect(await settings({ modelscopeAddress: 'https://mirror.example' })).toMatchObject({ modelscopeTokenSet: false });
    expect(await settings({ modelscopeAddress: test.hub.address, modelscopeToken: TOKEN })).toMatchObject({ modelscopeTokenSet: true });
    expect(await settings({ modelscopeToken: null })).toMatchObject({ modelscopeTokenSet: false });
  });

  it.each([
    [{ modelscopeAddress: 'ftp://mirror.example' }, 'modelscopeAddress'],
    [{ modelscopeAddress: 'https://me:secret@mirror.example' }, 'modelscopeAddress'],
    [{ huggingfaceAddress: 'https://mirror.example/?x=1' }, 'huggingfaceAddress'],
    [{ activeDownloads: 5 }, 'activeDownloads'],
    [{ downloadBytesPerSecond: 10 }, 'downloadBytesPerSecond'],
  ])('refuses %j', async (change, field) => {
    const { status, body } = await test.cluster.ask('PATCH', '/settings/hubs', change);
    expect([status, (body as { error: { field: string } }).error.field]).toEqual([400, field]);
  });

  it('fetches a branch where the hub takes no commits', async () => {
    await test.hub.put(safetensorsModel('open/branches', { takesCommits: false }));
    const begun = await test.begin('open/branches', { hub: 'modelscope' });
    expect(await test.until(begun.id, ['done'])).toMatchObject({ revision: 'master' });
  });

  it.each([
    ['modelscope', { repository: 'nobody/nothing' }, 'repository', /no repository nobody\/nothing/],
    ['huggingface', { repository: 'nobody/nothing' }, 'repository', /no repository nobody\/nothing/],
    ['modelscope', { repository: 'open/model', revision: 'v9' }, 'revision', /no revision v9; there are: master/],
    ['huggingface', { repository: 'open/model', revision: 'v9' }, 'revision', /v9/],
    ['modelscope', { repository: 'open/model', include: ['*.gguf'] }, 'include', /chosen|holds/],
  ])('%s: names the field of %j', async (hub, wish, field, words) => {
    const { status, body } = await test.cluster.ask('POST', '/downloads', { hub, ...wish });
    const { error } = body as { error: { field: string; message: string } };
    expect([status, error.field]).toEqual([400, field]);
    expect(error.message).toMatch(words);
  });
});
