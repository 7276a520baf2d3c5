import type OpenAI from 'openai';
import { waitFor } from '@openstation/kit';
import { beforeAll, describe, expect, test } from 'vitest';
import { useCluster, type ServiceView } from '../harness/cluster/index.js';
import { Traffic, openaiClient, streamChat, type TrafficReport } from '../harness/openai.js';

const ROUNDS = Number(process.env['ROUNDS'] ?? 20);
const CONTROL_BACK_MS = 5000;
const GATEWAY_BACK_MS = 2000;
/** From the kill until calls go through the new agent to the engine that went on. */
const ADOPTED_MS = 10_000;
const PER_ROUND_MS = 15_000;

describe(`${ROUNDS} crash rounds each`, () => {
  const cluster = useCluster(() => ({ script: { tokens: 8, tokensPerSecond: 200 } }));
  let client: OpenAI;
  let service: ServiceView;

  beforeAll(async () => {
    const { admin, gatewayUrls, modelFile } = cluster();
    const model = await admin.importModel(modelFile, 'tiny');
    service = await admin.deployAndWait({ name: 'steady', modelId: model.id, instances: 2 });
    client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('ada'));
    await waitFor(async () => streamChat(client, 'steady'), { what: 'the service through the gateway', timeoutMs: 10_000 });
    expect(new Set(cluster().engines().map((engine) => engine.port)).size, 'two engines on two ports').toBe(2);
  }, 90_000);

  test(`control: kill -9 under traffic fails no request; REST is back within ${CONTROL_BACK_MS} ms and knows everything`, { timeout: ROUNDS * PER_ROUND_MS }, async () => {
    const { admin, control } = cluster();
    const pids = enginePids();
    const traffic = new Traffic(client, 'steady', { workers: 4, maxRequests: 1_000_000 });
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await requests(traffic, 10);
      const killed = performance.now();
      await control.kill9();
      await cluster().controlReady(30_000);
      times.push(performance.now() - killed);
      const now = await admin.service(service.id);
      expect(now.instances.map((instance) => instance.id).sort()).toEqual(service.instances.map((instance) => instance.id).sort());
      expect(now.wantedInstances).toBe(2);
      expect((await admin.nodes()).map((node) => node.name)).toEqual(['node-0']);
      await requests(traffic, 10);
    }
    const report = await traffic.stop();
    tell('control', times, report);
    await cluster().agentHealthy('node-0', 30_000);
    expect((await admin.serviceReady(service.id, 30_000)).instances.map((instance) => instance.id).sort()).toEqual(service.instances.map((instance) => instance.id).sort());
    expect(report.failures).toEqual([]);
    expect(enginePids()).toEqual(pids);
    expect(share(times, 0.95)).toBeLessThan(CONTROL_BACK_MS);
  });

  test(`agent: kill -9 at random moments keeps its engines, the same processes, adopted within ${ADOPTED_MS} ms and not started twice`, { timeout: ROUNDS * PER_ROUND_MS }, async () => {
    const { admin, agents } = cluster();
    const agent = agents[0]!;
    const pids = enginePids();
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      // Any moment of its life: while it serves and, with a second kill, while it starts, connects and adopts.
      await moment(Math.random() * 500);
      await agent.kill9();
      if (round % 3 === 0) {
        await waitFor(() => agent.running, { what: 'the next agent', timeoutMs: 5000, everyMs: 5 });
        await moment(Math.random() * 700);
        await agent.kill9();
      }
      const killed = performance.now();
      await waitFor(async () => (await streamChat(client, 'steady')).text !== '', { what: `an answer through the new agent in round ${round}`, timeoutMs: 30_000, everyMs: 50 });
      times.push(performance.now() - killed);
      expect(enginePids()).toEqual(pids);
    }
    tell('agent', times);
    const after = await admin.serviceReady(service.id, 30_000);
    expect(after.instances.map((instance) => [instance.id, instance.handle]).sort()).toEqual(service.instances.map((instance) => [instance.id, instance.handle]).sort());
    expect(enginePids()).toEqual(pids);
    expect((await admin.nodes())[0]?.orphanCount).toBe(0);
    expect(Math.max(...times)).toBeLessThan(ADOPTED_MS);
  });

  test(`gateway: back within ${GATEWAY_BACK_MS} ms of kill -9`, { timeout: ROUNDS * PER_ROUND_MS }, async () => {
    const gateway = cluster().gateways[0]!;
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const killed = performance.now();
      await gateway.kill9();
      await waitFor(async () => (await streamChat(client, 'steady')).text !== '', { what: 'an answer through the new gateway', timeoutMs: 30_000, everyMs: 20 });
      times.push(performance.now() - killed);
    }
    tell('gateway', times);
    expect(share(times, 0.95)).toBeLessThan(GATEWAY_BACK_MS);
  });

  test('gateway: comes back from its saved route table while control is down', async () => {
    const { gateways, control } = cluster();
    control.signal('SIGSTOP');
    try {
      await gateways[0]!.kill9();
      await waitFor(async () => (await streamChat(client, 'steady')).text !== '', { what: 'an answer without control', timeoutMs: 10_000 });
    } finally {
      control.signal('SIGCONT');
    }
    await cluster().controlReady(10_000);
  });

  function enginePids(): number[] {
    return cluster().engines().map((engine) => engine.pid).sort((a, b) => a - b);
  }
});

/** Waits until so many more requests have been answered. */
async function requests(traffic: Traffic, count: number): Promise<void> {
  const goal = traffic.report.succeeded + count;
  await waitFor(() => traffic.report.succeeded >= goal || traffic.report.failures.length > 0, { what: `${count} more answers`, timeoutMs: 30_000, everyMs: 5 });
}

/** Lets so much time pass that the kill falls anywhere. */
async function moment(ms: number): Promise<void> {
  const start = performance.now();
  await waitFor(() => performance.now() - start >= ms, { what: 'a random moment', timeoutMs: ms + 1000, everyMs: 1 });
}

function tell(who: string, times: readonly number[], report?: TrafficReport): void {
  const [median, most, all] = [0.5, 0.95, 1].map((part) => share(times, part).toFixed(0));
  process.stdout.write(`${who}: ${times.length} kills, back after p50 ${median} ms, p95 ${most} ms, max ${all} ms${report === undefined ? '' : `; ${report.sent} requests, ${report.failures.length} failed`}\n`);
}

/** The time within which this share of the rounds was over. A single pause of the machine is not the product's slowness. */
function share(times: readonly number[], part: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Infinity;
}
