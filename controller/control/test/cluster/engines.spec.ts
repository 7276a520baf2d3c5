import { waitFor } from '@openstation/kit';
import { InstanceState } from '@openstation/proto';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';
import { ClusterUnderTest } from './fixtures/cluster-under-test.js';
import { FakeAgent } from './fixtures/fake-agent.js';
import { writeGguf } from './fixtures/gguf-writer.js';

const own = {
  name: 'Own server', hardware: 'cpu', formats: ['gguf'], image: 'registry.example:5000/own/server:1.2', entrypoint: ['/usr/bin/own-server', 'serve'],
  argv: ['--model', '{model_path}', '--listen={host}:{port}', '--name', '{served_name}', '--key', '{api_key_file}', '--window', '{context_length}', '--slots', '{parallel}'],
  env: { OWN_THREADS: '2' }, healthPath: '/healthy', metricsPath: null, description: 'for the test',
};

describeOnEveryDatabase('engines of administrators and where images come from', (makeDatabase) => {
  let database: TestDatabase;
  let cluster: ClusterUnderTest;
  let modelId: string;
  const agents: FakeAgent[] = [];

  beforeEach(async () => {
    database = await makeDatabase();
    cluster = await ClusterUnderTest.start(database);
    await writeGguf(join(cluster.importDir, 'tiny.gguf'));
    const { model } = (await cluster.must('POST', '/models/import', { path: join(cluster.importDir, 'tiny.gguf') })) as { model: { id: string } };
    modelId = model.id;
    await waitFor(async () => ((await cluster.must('GET', `/models/${modelId}`)) as { state: string }).state === 'ready', { what: 'the model', timeoutMs: 5_000 });
  });
  afterEach(async () => {
    for (const agent of agents.splice(0)) agent.close();
    await cluster.stop();
    await database.drop();
  });
  const nodeWith = async (...engines: string[]) => {
    const agent = await FakeAgent.joined(cluster, { engines: engines.map((engine) => ({ engine, driver: 'docker', version: '1', repositories: [], digestOnly: false })) });
    agents.push(agent);
    return agent;
  };

  it('deploys one from its template, and keeps it while a service uses it', async () => {
    const agent = await nodeWith('llama-cpp', 'custom-own');
    expect(await cluster.must('PUT', '/custom-engines/custom-own', own)).toEqual({ ...own, id: 'custom-own' });
    expect(await cluster.must('GET', '/custom-engines')).toEqual([{ ...own, id: 'custom-own' }]);
    expect(((await cluster.must('GET', '/engines')) as { id: string }[]).map(({ id }) => id)).toContain('custom-own');
    const plan = await cluster.must('POST', '/services/plan', { name: 'own', modelId, engine: 'custom-own' });
    expect(plan).toMatchObject({ fits: true, engine: 'custom-own', mode: 'cpu', argv: ['--model', '{model_path}', '--listen={host}:{port}', '--name', '{served_name}', '--key', '{api_key_file}', '--window', '512', '--slots', '4'] });
    const { id } = (await cluster.must('POST', '/services', { name: 'own', modelId, engine: 'custom-own' })) as { id: string };
    const assignment = await agent.assignment();
    expect(assignment.intent).toMatchObject({ engine: 'custom-own', image: own.image, env: { OWN_THREADS: '2' }, argv: plan['argv'], template: { command: own.entrypoint, healthPath: '/healthy', metricsPath: '' } });
    const refused = await cluster.ask('DELETE', '/custom-engines/custom-own');
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'in-use' } } });
    expect(refused.body.error.message).toContain('used by own');
    expect((await cluster.ask('PUT', '/custom-engines/custom-own', { ...own, hardware: 'gpu' })).status).toBe(409);
    await cluster.must('DELETE', `/services/${id}`);
    await agent.report(await agent.assignment(({ generation }) => generation === 2), InstanceState.STOPPED);
    await waitFor(async () => (await cluster.ask('DELETE', '/custom-engines/custom-own')).status === 204, { what: 'the engine to be free', timeoutMs: 5_000 });
    expect(await cluster.ask('POST', '/services/plan', { name: 'own', modelId, engine: 'custom-own' })).toMatchObject({ body: { fits: false, notes: [{ code: 'engine-unknown', field: 'engine' }] } });
    const { items } = (await cluster.must('GET', '/audit?limit=50')) as { items: { verb: string }[] };
    expect(items.map(({ verb }) => verb)).toEqual(expect.arrayContaining(['engine.create', 'engine.delete']));
  });

  it('says which node would have to permit it', async () => {
    await nodeWith('llama-cpp');
    await cluster.must('PUT', '/custom-engines/custom-own', own);
    const plan = await cluster.must('POST', '/services/plan', { name: 'own', modelId, engine: 'custom-own' });
    expect(plan).toMatchObject({ fits: false, rejected: [{ code: 'engine-missing' }] });
    expect(JSON.stringify(plan['rejected'])).toContain('its policy file decides');
  });

  it('takes images through a mirror or from elsewhere, and the shipped ones again', async () => {
    const agent = await nodeWith('llama-cpp');
    const images = async () => (await cluster.must('GET', '/engine-images')) as unknown as { engine: string; image: string; overridden: boolean }[];
    expect((await images()).map(({ engine, overridden }) => [engine, overridden])).toEqual([['llama-cpp', false], ['llama-cpp-gpu', false], ['vllm', false], ['vllm-cpu', false], ['sglang', false]]);
    expect(await cluster.must('PUT', '/engine-images/vllm', { image: null, mirror: 'mirror.example:5000/hub' })).toMatchObject({ image: 'mirror.example:5000/hub/vllm/vllm-openai:v0.18.0', version: 'v0.18.0', overridden: true });
    expect(await cluster.must('PUT', '/engine-images/llama-cpp-gpu', { image: null, mirror: 'mirror.example' })).toMatchObject({ image: 'mirror.example/ghcr.io/ggml-org/llama.cpp:server-cuda-b10573' });
    await cluster.must('PUT', '/engine-images/llama-cpp-gpu', { image: null });
    await cluster.must('PUT', '/engine-images/llama-cpp', { image: 'registry.example/llama:b1' });
    await cluster.must('PUT', '/engine-images/vllm', { image: 'registry.example/vllm:v0.32.0' });
    const offered = (await cluster.must('GET', '/engines')) as unknown as { id: string; parameters: { flag: string; choices: string[] }[] }[];
    expect(offered.find(({ id }) => id === 'vllm')?.parameters.find(({ flag }) => flag === '--dtype')?.choices).toContain('bfloat16');
    await cluster.must('POST', '/services', { name: 'chat', modelId });
    expect((await agent.assignment()).intent?.image).toBe('registry.example/llama:b1');
    expect(await cluster.must('PUT', '/engine-images/llama-cpp', { image: null })).toMatchObject({ overridden: false });
    expect((await images()).map(({ overridden }) => overridden)).toEqual([false, false, true, false, false]);
    await cluster.must('PUT', '/engine-images/vllm-cpu', { image: 'registry.example/vllm-cpu:v0.31.0' });
    const { plans } = (await cluster.must('POST', '/services/what-if', { add: [{ name: 'b', modelId, engine: 'vllm-cpu', parameters: '--brand-new 3' }] })) as unknown as { plans: { notes: { level: string; code: string }[] }[] };
    expect(plans[0]?.notes.map(({ level, code }) => `${level} ${code}`)).toEqual(expect.arrayContaining(['warning parameters-version', 'warning parameter-unlisted']));
  });

  it('tells at once which nodes would refuse an image, and what their policy files need', async () => {
    const own = { engine: 'vllm', driver: 'docker', version: 'vllm/vllm-openai:v0.18.0' };
    const node = (name: string, repositories: string[]) => FakeAgent.joined(cluster, { engines: [{ ...own, repositories, digestOnly: false }] }, name, name);
    agents.push(await node('strict', ['vllm/vllm-openai']), await node('open', ['vllm/vllm-openai', 'mirror.example/vllm/vllm-openai']), await node('old', []));
    const set = await cluster.must('PUT', '/engine-images/vllm', { image: null, mirror: 'mirror.example' });
    const refusedBy = [
      expect.objectContaining({ nodeName: 'strict', code: 'repository', policy: '"engines": { "vllm": { "repositories": ["vllm/vllm-openai","mirror.example/vllm/vllm-openai"] } }' }) as object,
      expect.objectContaining({ nodeName: 'old', code: 'unknown' }) as object,
    ];
    expect(set['refusedBy']).toEqual(expect.arrayContaining(refusedBy));
    expect(set['refusedBy']).toHaveLength(2);
    expect(((await cluster.must('GET', '/engine-images')) as { engine: string; refusedBy: object[] }[]).map((one) => one.refusedBy.length)).toEqual([0, 0, 2, 0, 0]);
    expect(await cluster.must('PUT', '/engine-images/vllm', { image: null })).toMatchObject({ refusedBy: [] });
    // The plan knows as well: nothing is sent to a node that would refuse it.
    const llama = { engine: 'llama-cpp', driver: 'process', version: 'packaged', digestOnly: false, repositories: ['openstation/llama-cpp'] };
    agents.push(await FakeAgent.joined(cluster, { engines: [llama] }, 'local', 'local'));
    await cluster.must('PUT', '/engine-images/llama-cpp', { image: 'registry.example/llama:b1' });
    const plan = (await cluster.must('POST', '/services/plan', { name: 'x', modelId })) as { fits: boolean; rejected: object[] };
    expect(plan.rejected).toContainEqual(expect.objectContaining({ nodeName: 'local', code: 'image-refused', reason: 'permits openstation/llama-cpp, not registry.example/llama (engines.llama-cpp.repositories)' }));
    expect(plan.fits).toBe(false);
  });

  it('refuses what cannot work, and names the field', async () => {
    const cases: [path: string, body: object, field: string][] = [
      ['/engine-images/vllm', { image: 'https://x/y:1' }, 'image'], ['/engine-images/vllm', { image: 'vllm/vllm-openai' }, 'image'], ['/engine-images/vllm', { image: null, mirror: 'team' }, 'mirror'],
      ['/engine-images/llama-cpp', { image: null, mirror: 'mirror.example' }, 'mirror'],
      ['/custom-engines/own', own, 'id'], ['/custom-engines/custom-own', { ...own, image: 'own' }, 'image'], ['/custom-engines/custom-own', { ...own, entrypoint: [] }, 'entrypoint'],
      ['/custom-engines/custom-own', { ...own, argv: [...own.argv, '{model}'] }, 'argv.11'], ['/custom-engines/custom-own', { ...own, argv: ['--model', '{model_path}'] }, 'argv'],
      ['/custom-engines/custom-own', { ...own, argv: [...own.argv, '--host', '0.0.0.0'] }, 'argv.11'], ['/custom-engines/custom-own', { ...own, argv: [...own.argv, '--api-key', 'x'] }, 'argv.11'],
      ['/custom-engines/custom-own', { ...own, env: { LD_PRELOAD: 'x' } }, 'env.LD_PRELOAD'], ['/custom-engines/custom-own', { ...own, healthPath: '/a?b' }, 'healthPath'],
    ];
    for (const [path, body, field] of cases) {
      const answer = await cluster.ask('PUT', path, body);
      expect(answer.status, JSON.stringify(answer.body)).toBeOneOf([400, 422]);
      expect(JSON.stringify(answer.body.error), `${path} ${JSON.stringify(body)}`).toContain(`"${field}"`);
    }
    expect(await cluster.must('GET', '/custom-engines')).toEqual([]);
  });
});
