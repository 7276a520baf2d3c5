import { NodeNotice_Severity } from '@openstation/proto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEveryDatabase } from '../fixtures/databases.js';
import { NodeLab } from './fixtures/node-lab.js';

const gpu = (index: number) => ({
  index, uuid: `GPU-${index}`, name: 'NVIDIA A100', memoryBytes: 80 * 2 ** 30, driverVersion: '570.1', computeCapability: '8.0', vendor: 'nvidia', pciAddress: `0000:8${index}:00.0`, powerLimitWatts: 400, mig: undefined,
});
const now = (index: number, over: object = {}) => ({ uuid: `GPU-${index}`, memoryUsedBytes: 2 ** 30, utilisationRatio: 0.5, temperatureCelsius: 60, powerWatts: 200, health: 'ok', healthMessage: '', processes: [{ pid: 7, name: 'python', instanceId: '' }], ...over });

describeOnEveryDatabase('the life of a node', (makeDatabase) => {
  let lab: NodeLab;

  beforeAll(async () => {
    lab = await NodeLab.start(await makeDatabase());
  });
  afterAll(() => lab.stop());

  it('is shown with rates, cards, orphans and certificate', async () => {
    const agent = await lab.node('full', { gpus: [gpu(0), gpu(1)], libc: 'glibc 2.36', disks: [{ mount: '/', device: '/dev/sda', fileSystem: 'ext4', bytes: 10 }], interfaces: [{ name: 'eth0', addresses: ['10.0.0.1'], speedMbps: 0, up: true }] });
    agent.heartbeat({ networkRxBytes: 1_000, diskWriteBytes: 5_000, intervalMs: 5_000 });
    const orphan = { handle: 'c1', instanceId: 'i1', generation: 1, engine: 'vllm', running: true };
    agent.heartbeat({ networkRxBytes: 11_000, diskWriteBytes: 4_000, intervalMs: 5_000, cpuRatio: 0.25, gpus: [now(0), now(1)] as never }, [orphan]);
    const view = await lab.until('the sample', async () => { const one = await lab.view(agent); return one.metrics?.cpuRatio === 0.25 ? one : undefined; });
    expect(view.metrics).toMatchObject({ networkRxBytesPerSecond: 2_000, diskWriteBytesPerSecond: null, networkTxBytesPerSecond: null });
    expect(view.inventory).toMatchObject({ libc: 'glibc 2.36', disks: [{ mount: '/' }], interfaces: [{ name: 'eth0', speedMbps: null }] });
    expect(view.gpus[1]).toMatchObject({ uuid: 'GPU-1', powerLimitWatts: 400, driverVersion: '570.1', health: 'ok', mig: null, processes: [{ pid: 7, name: 'python', memoryBytes: null, instanceId: null }], quarantine: null });
    expect(view).toMatchObject({ orphanCount: 1, orphans: [{ handle: 'c1', instanceId: 'i1', engine: 'vllm', running: true }], upgradeTo: null, operation: null, availability: 'active' });
    expect(Date.parse(view.certificateExpiresAt ?? '')).toBeGreaterThan(Date.now());
  });

  it('is renamed, and not to a name that is taken', async () => {
    const [agent] = [await lab.node('before'), await lab.node('taken')];
    expect(await lab.cluster.must('PATCH', `/nodes/${agent.member.memberId}`, { name: 'after' })).toMatchObject({ name: 'after' });
    expect(await lab.cluster.ask('PATCH', `/nodes/${agent.member.memberId}`, { name: 'taken' })).toMatchObject({ status: 409, body: { error: { field: 'name' } } });
  });

  it('has its card quarantined by a fatal Xid, once, and only a person lifts it; a restart keeps both', async () => {
    const agent = await lab.node('faulty', { gpus: [gpu(0), gpu(1)], bootId: 'b1' });
    const quarantined = async () => (await lab.view(agent)).gpus.map(({ quarantine }) => quarantine?.by ?? null);
    agent.heartbeat({ gpus: [now(0, { xid: 13, health: 'xid' }), now(1, { xid: 79, health: 'xid' })] as never });
    await lab.until('the quarantine', async () => (await quarantined()).join() === ',automatic');
    agent.heartbeat({ gpus: [now(0), now(1)] as never });
    await lab.cluster.must('GET', '/nodes');
    expect(await quarantined()).toEqual([null, 'automatic']);
    expect(await lab.cluster.must('POST', `/nodes/${agent.member.memberId}/gpus/release`, { uuid: 'GPU-1' })).toMatchObject({ gpus: [{ quarantine: null }, { quarantine: null }] });
    // The same Xid of the same boot was forgiven; another fault was not.
    agent.heartbeat({ cpuRatio: 0.77, gpus: [now(0), now(1, { xid: 79 })] as never });
    await lab.until('the sample', async () => (await lab.view(agent)).metrics?.cpuRatio === 0.77);
    expect(await quarantined()).toEqual([null, null]);
    agent.send({ $case: 'notice', value: { severity: NodeNotice_Severity.ERROR, code: 'gpu-lost', subject: 'GPU-1', message: 'GPU is lost', atMs: 0 } });
    await lab.until('the second quarantine', async () => (await quarantined()).join() === ',automatic');
    expect(await lab.cluster.must('POST', `/nodes/${agent.member.memberId}/gpus/quarantine`, { uuid: 'GPU-0', reason: 'fan' })).toMatchObject({ gpus: [{ quarantine: { by: 'person', reason: 'fan' } }, {}] });
    expect(await lab.cluster.ask('POST', `/nodes/${agent.member.memberId}/gpus/quarantine`, { uuid: 'GPU-9' })).toMatchObject({ status: 400, body: { error: { field: 'uuid' } } });
    expect(await lab.eventCodes(agent)).toEqual(expect.arrayContaining(['gpu-quarantined', 'gpu-released', 'gpu-lost']));
    const { items } = (await lab.cluster.must('GET', '/audit?limit=50')) as { items: { verb: string; actor: string }[] };
    expect(items.filter(({ verb }) => verb.startsWith('node.gpu')).map(({ verb, actor }) => `${verb} ${actor}`)).toEqual(['node.gpu-quarantine local-admin', 'node.gpu-quarantine system', 'node.gpu-release local-admin', 'node.gpu-quarantine system']);
    await lab.restart();
    expect(await quarantined()).toEqual(['person', 'automatic']);
  });

  it('keeps sessions and events in pages, and measurements without a gap through the newest minutes', async () => {
    const agent = await lab.node('paged', { gpus: [gpu(0)] });
    const again = lab.back(agent);
    await again.next('assignments');
    const { items } = await lab.until('the end of the first', async () => {
      const page = (await lab.cluster.must('GET', `/nodes/${agent.member.memberId}/sessions`)) as { items: { number: number; reason: string; closedAt: string | null }[] };
      return page.items[1]?.closedAt ? page : undefined;
    });
    expect(items).toMatchObject([{ number: 2, closedAt: null, reason: '' }, { number: 1, reason: 'displaced' }]);
    const first = await lab.until('two pages of events', async () => {
      const page = (await lab.cluster.must('GET', `/nodes/${agent.member.memberId}/events?limit=1`)) as { items: { code: string }[]; next: string | null };
      return page.next === null ? undefined : page;
    });
    const second = (await lab.cluster.must('GET', `/nodes/${agent.member.memberId}/events?limit=1&before=${first.next}`)) as typeof first;
    expect(second.items[0]?.code).not.toBe(undefined);
    for (const cpuRatio of [0.2, 0.4]) again.heartbeat({ cpuRatio, gpus: [now(0)] as never });
    const history = await lab.until('both samples', async () => {
      const one = (await lab.cluster.must('GET', `/nodes/${agent.member.memberId}/history?minutes=5&points=10`)) as { at: string[]; stepSeconds: number; series: { metric: string; gpuUuid: string | null; values: (number | null)[]; max: (number | null)[] }[] };
      return one.series[0]?.max.includes(0.4) ? one : undefined;
    });
    expect(history.at).toHaveLength(10);
    expect(history.stepSeconds).toBe(30);
    expect(history.series.map(({ metric, gpuUuid }) => `${metric} ${gpuUuid ?? ''}`)).toEqual(expect.arrayContaining(['cpu ', 'network-tx ', 'gpu-power GPU-0']));
  });
});
