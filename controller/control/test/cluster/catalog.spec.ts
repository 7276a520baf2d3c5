import { afterEach, beforeEach, expect, it } from 'vitest';
import { CatalogCardRow } from '../../src/catalog/catalog.store.js';
import { Store } from '../../src/store/index.js';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';
import { ClusterUnderTest } from './fixtures/cluster-under-test.js';

const variant = {
  label: '1B', name: 'mine-1b', repositories: { modelscope: 'me/mine-1b', huggingface: null }, revision: null, include: [], exclude: [], format: 'safetensors', parameterCount: 1e9,
  activeParameterCount: null, dataType: 'BF16', bytes: 2e9, memoryNeedBytes: 4e9, contextLength: 4096, licence: 'mit', engineParameters: { vllm: '--reasoning-parser qwen3' },
};
const card = { name: 'Mine', provider: 'me', description: 'a model', descriptionZh: '模型', kind: 'llm', contextLength: 4096, logo: '', variants: [variant] };

interface Family {
  id: string;
  name: string;
  origin: string;
  edited: boolean;
  hidden: boolean;
  variants: { id: string; label: string; name: string; state: string }[];
}

describeOnEveryDatabase('catalog', (makeDatabase) => {
  let database: TestDatabase;
  let cluster: ClusterUnderTest;
  beforeEach(async () => {
    database = await makeDatabase();
    cluster = await ClusterUnderTest.start(database);
  });
  afterEach(async () => {
    await cluster.stop();
    await database.drop();
  });
  const list = async (query = '') => (await cluster.must('GET', `/catalog${query}`)) as Family[];
  const family = async (id: string) => (await list('?hidden=true')).find((one) => one.id === id);

  it('lists what is shipped, absent at first', async () => {
    const [first] = await list();
    expect(first).toMatchObject({ id: 'deepseek-r1', origin: 'shipped', edited: false, hidden: false });
    expect(first?.variants.map(({ label, state }) => [label, state])).toEqual(['671B', '70B', '32B', '14B', '8B', '7B', '1.5B'].map((label) => [label, 'absent']));
  });

  it('takes own cards, changes and deletes them, keeps variant ids, and records it', async () => {
    const made = (await cluster.must('POST', '/catalog', card)) as Family;
    expect(made).toMatchObject({ name: 'Mine', origin: 'own', variants: [{ id: `${made.id}/1b`, state: 'absent' }] });
    const second = { ...variant, label: '1 B!', name: 'mine-b' };
    const changed = (await cluster.must('PUT', `/catalog/${made.id}`, { ...card, name: 'Mine 2', variants: [{ ...variant, id: made.variants[0]?.id, label: 'one' }, second, { ...second, label: '1B', name: 'mine-c', id: 'other/1b' }] })) as Family;
    expect(changed.variants.map(({ id, label }) => [id, label])).toEqual([[`${made.id}/1b`, 'one'], [`${made.id}/1-b`, '1 B!'], [`${made.id}/1b-2`, '1B']]);
    expect((await list()).at(-1)?.name).toBe('Mine 2');
    await cluster.must('DELETE', `/catalog/${made.id}`);
    expect(await family(made.id)).toBeUndefined();
    expect((await cluster.ask('DELETE', `/catalog/${made.id}`)).status).toBe(404);
    const { items } = (await cluster.must('GET', '/audit?limit=50')) as { items: { verb: string }[] };
    expect(items.map(({ verb }) => verb)).toEqual(expect.arrayContaining(['catalog.create', 'catalog.update', 'catalog.delete']));
  });

  it('keeps the original of an edited shipped card', async () => {
    const before = await family('qwq');
    const edited = (await cluster.must('PUT', '/catalog/qwq', { ...card, name: 'QwQ of ours' })) as Family;
    expect(edited).toMatchObject({ id: 'qwq', name: 'QwQ of ours', origin: 'shipped', edited: true });
    await cluster.must('POST', '/catalog/qwq/hidden', { hidden: true });
    await cluster.must('DELETE', '/catalog/qwq');
    expect(await family('qwq')).toEqual({ ...before, hidden: true });
    expect(await cluster.ask('DELETE', '/catalog/qwq')).toMatchObject({ status: 409 });
  });

  it('hides cards and shows them again', async () => {
    await cluster.must('POST', '/catalog/bge/hidden', { hidden: true });
    expect((await list()).some(({ id }) => id === 'bge')).toBe(false);
    expect(await family('bge')).toMatchObject({ hidden: true });
    await cluster.must('POST', '/catalog/bge/hidden', { hidden: false });
    expect((await list()).some(({ id }) => id === 'bge')).toBe(true);
    expect((await cluster.ask('POST', '/catalog/none/hidden', { hidden: true })).status).toBe(404);
  });

  it.each([
    ['a taken name', { ...card, name: 'deepseek-r1' }, 409, 'name'],
    ['a taken model name', { ...card, variants: [{ ...variant, name: 'qwen3-8B' }] }, 409, 'variants.0.name'],
    ['two variants of one label', { ...card, variants: [variant, { ...variant, name: 'b' }] }, 409, 'variants.1.label'],
    ['two variants of one name', { ...card, variants: [variant, { ...variant, label: 'b' }] }, 409, 'variants.1.name'],
    ['no repository', { ...card, variants: [{ ...variant, repositories: { modelscope: null, huggingface: null } }] }, 422, 'variants.0.repositories'],
    ['a repository that is none', { ...card, variants: [{ ...variant, repositories: { modelscope: '../x', huggingface: null } }] }, 400, 'variants.0.repositories.modelscope'],
    ['a denied parameter', { ...card, variants: [{ ...variant, engineParameters: { vllm: '--trust-remote-code' } }] }, 422, 'variants.0.engineParameters.vllm'],
    ['an unknown engine', { ...card, variants: [{ ...variant, engineParameters: { tgi: '' } }] }, 422, 'variants.0.engineParameters'],
    ['a pattern that climbs', { ...card, variants: [{ ...variant, include: ['../*'] }] }, 422, 'variants.0.include'],
    ['no variant', { ...card, variants: [] }, 400, 'variants'],
  ])('refuses %s', async (_, body, status, field) => {
    expect(await cluster.ask('POST', '/catalog', body)).toMatchObject({ status, body: { error: { field } } });
    expect((await list('?hidden=true')).every(({ origin }) => origin === 'shipped')).toBe(true);
  });

  it('gives a name to one of many who ask for it at once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, (_, index) => cluster.ask('POST', '/catalog', { ...card, name: index % 2 === 0 ? 'Mine' : `Other ${index}` })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(5);
    expect(await cluster.control.app.get(Store).manager.count(CatalogCardRow)).toBe(1);
  });
});
