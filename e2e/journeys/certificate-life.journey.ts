import { sleep, waitFor } from '@openstation/kit';
import { beforeAll, describe, expect, test } from 'vitest';
import { useCluster } from '../harness/cluster/index.js';
import { openaiClient, streamChat } from '../harness/openai.js';

const LIFE_S = 12;

describe(`certificates that live for ${LIFE_S} seconds`, () => {
  const cluster = useCluster(() => ({ certificateSeconds: LIFE_S }));
  let secret: string;
  let serviceId: string;

  beforeAll(async () => {
    const { admin, modelFile } = cluster();
    const model = await admin.importModel(modelFile, 'tiny');
    ({ id: serviceId } = await admin.deployAndWait({ name: 'steady', modelId: model.id }));
    secret = (await admin.createKey((await admin.createUser('ada')).id, 'key')).secret;
  }, 90_000);

  const chat = async () => (await streamChat(openaiClient(cluster().gatewayUrls[0]!, secret), 'steady')).text;

  test('are renewed by agent and gateway without one failed call', async () => {
    const until = performance.now() + 2 * LIFE_S * 1000;
    let calls = 0;
    await waitFor(async () => chat(), { what: 'the new key', timeoutMs: 5000 });
    for (; performance.now() < until; calls += 1) {
      expect(await chat()).not.toBe('');
      await sleep(200, AbortSignal.timeout(5000));
    }
    expect(calls).toBeGreaterThan(20);
  }, 60_000);

  test('that ran out while agent and gateway were away do not keep them away; the engine never noticed', async () => {
    const { admin, agents, gateways } = cluster();
    const [before] = (await admin.service(serviceId)).instances;
    for (const member of [agents[0]!, gateways[0]!]) await member.stop('SIGTERM', 10_000);
    const stopped = performance.now();
    await waitFor(() => performance.now() - stopped > (LIFE_S + 2) * 1000, { what: 'the end of the certificates', timeoutMs: 30_000, everyMs: 200 });
    for (const member of [agents[0]!, gateways[0]!]) member.start();
    await waitFor(async () => chat().then((text) => text !== '', () => false), { what: 'an answer', timeoutMs: 20_000, everyMs: 200 });
    const [after] = (await admin.service(serviceId)).instances;
    expect([after?.id, after?.handle]).toEqual([before?.id, before?.handle]);
  }, 90_000);
});
