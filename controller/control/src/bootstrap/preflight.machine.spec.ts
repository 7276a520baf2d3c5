import { describe, expect, it } from 'vitest';
import { agreedFixes, blocking, judge, type PreflightRow, type PreflightWants } from './preflight.machine.js';
import { ServerFacts } from './server-facts.js';
import { sampleFacts, type FactChanges, type SampleSystem } from './testing/sample-facts.js';

const wants: PreflightWants = {
  type: 'cpu', rootMode: 'root', rootRefusal: '', sshLatencyMs: 3, targets: ['10.0.0.1:30201', '10.0.0.1:30200'], clockOffsetMs: 200, dataPort: 30_210, nodes: [],
};
const reached: FactChanges = { 'reach.10.0.0.1:30201': 'ok', 'reach.10.0.0.1:30200': 'ok' };

function rowsOf(system: SampleSystem, changes: FactChanges = {}, over: Partial<PreflightWants> = {}): Map<string, PreflightRow> {
  const facts = ServerFacts.parse(sampleFacts(system, { ...reached, ...changes }).split('\n'));
  expect(facts.complete).toBe(true);
  return new Map(judge(facts, { ...wants, ...over }).map((row) => [row.id, row]));
}
const notPassed = (rows: Map<string, PreflightRow>) => [...rows.values()].filter(({ result }) => result === 'fail' || result === 'warn').map(({ id, result }) => `${id} ${result}`);

describe('the report', () => {
  it.each<[SampleSystem, 'cpu' | 'gpu', string[]]>([
    ['ubuntu1804', 'cpu', ['libc warn']],
    ['ubuntu2004', 'cpu', ['container-engine fail']],
    ['ubuntu2204', 'gpu', []],
    ['ubuntu2204', 'cpu', ['gpu-driver warn']],
    ['ubuntu2404', 'gpu', ['gpu-driver warn', 'gpu-toolkit fail']],
    ['centos7', 'cpu', ['libc warn', 'container-engine fail']],
    ['rocky9', 'cpu', ['container-engine fail']],
    ['debian12', 'cpu', ['container-engine fail']],
    ['debian12', 'gpu', ['container-engine fail', 'gpu-driver fail', 'gpu-toolkit fail']],
    ['arm64', 'cpu', []],
    ['alpine', 'cpu', ['os warn', 'libc fail', 'container-engine fail']],
  ])('on %s as a %s node', (system, type, expected) => {
    expect(notPassed(rowsOf(system, {}, { type }))).toEqual(expected);
  });

  it('says on every row that is not passed what to do', () => {
    for (const system of ['alpine', 'centos7', 'ubuntu2404'] as const) {
      for (const row of rowsOf(system, { 'disk.docker.free': '1', 'memory.total': '1', 'ports.listening': '30210' }, { type: 'gpu', clockOffsetMs: 9e9 }).values()) {
        expect([row.id, row.advice !== '' || row.result === 'pass' || row.result === 'skipped']).toEqual([row.id, true]);
        expect([row.id, row.measured !== '' || row.result === 'skipped', row.wanted !== '']).toEqual([row.id, true, true]);
      }
    }
  });

  it.each<[string, FactChanges, Partial<PreflightWants>, string, PreflightRow['result']]>([
    ['a refused way to the controller', { 'reach.10.0.0.1:30201': 'refused' }, {}, 'reach-controller', 'fail'],
    ['a way that is dropped', { 'reach.10.0.0.1:30200': 'silent' }, {}, 'reach-controller', 'fail'],
    ['no tool to try the way', { 'reach.10.0.0.1:30200': 'unknown' }, {}, 'reach-controller', 'warn'],
    ['no way to root', {}, { rootMode: 'none', rootRefusal: 'sudo refuses this password' }, 'root', 'fail'],
    ['an old release', { 'os.version': '16.04', 'os.id': 'ubuntu' }, {}, 'os', 'fail'],
    ['a kernel before containers', { kernel: '2.6.32-754.el6' }, {}, 'kernel', 'fail'],
    ['another processor', { arch: 'riscv64' }, {}, 'arch', 'fail'],
    ['a C library before 2.17', { libc: 'glibc 2.12' }, {}, 'libc', 'fail'],
    ['no tar', { 'missing.tar': 'yes' }, {}, 'tools', 'fail'],
    ['a full disk', { 'disk.models.free': '1000' }, {}, 'disk-models', 'fail'],
    ['a small disk', { 'disk.docker.free': String(10 * 2 ** 30) }, {}, 'disk-docker', 'warn'],
    ['a read-only disk', { 'disk.models.readonly': 'yes' }, {}, 'disk-models', 'fail'],
    ['an unreadable disk', { 'disk.docker.free': null }, {}, 'disk-docker', 'warn'],
    ['hardly any memory', { 'memory.total': '500000000' }, {}, 'memory', 'fail'],
    ['a clock an hour ahead', {}, { clockOffsetMs: 3_600_000 }, 'clock', 'fail'],
    ['a clock two minutes behind', {}, { clockOffsetMs: -120_000 }, 'clock', 'warn'],
    ['a taken port', { 'ports.listening': '22 30210' }, {}, 'ports', 'fail'],
    ['a port held by an earlier agent', { 'ports.listening': '22 30210', 'leftover.running': 'yes', 'leftover.program': '/opt/openstation/agent' }, {}, 'ports', 'warn'],
    ['an earlier agent', { 'leftover.data': '/var/lib/openstation/agent' }, {}, 'leftovers', 'warn'],
    ['Docker that does not answer', { 'docker.client': 'Docker version 26', 'docker.error': 'Cannot connect' }, {}, 'container-engine', 'fail'],
    ['a copied disk', {}, { nodes: [{ name: 'twin', machineId: '0123456789abcdef0123456789abcdef', bootId: 'other' }] }, 'machine-identity', 'fail'],
    ['a node that is there already', {}, { nodes: [{ name: 'self', machineId: '0123456789abcdef0123456789abcdef', bootId: '11111111-2222-3333-4444-555555555555' }] }, 'machine-identity', 'warn'],
  ])('sees %s', (_, changes, over, id, result) => {
    expect(rowsOf('debian12', changes, over).get(id)?.result).toBe(result);
  });

  it('names the node whose disk was copied', () => {
    const rows = rowsOf('debian12', {}, { nodes: [{ name: 'twin', machineId: '0123456789abcdef0123456789abcdef', bootId: 'other' }] });
    expect(rows.get('machine-identity')?.advice).toContain('Node twin');
  });

  it('asks for a restart, not for an installation, after an upgrade of the driver', () => {
    const row = rowsOf('ubuntu2204', { 'gpu.driver': null, 'gpu.error': 'Failed to initialize NVML: Driver/library version mismatch' }, { type: 'gpu' }).get('gpu-driver');
    expect([row?.result, row?.fix]).toEqual(['fail', null]);
  });

  it('never takes what a server prints for more than text', () => {
    const facts = ServerFacts.parse(['{"k":"os.id","v":"debian"}', '{"k":"__proto__","v":"x"}', '{"k":1,"v":2}', '{"k":"arch","v"', 'noise', '{"k":"kernel","v":"../../etc"}']);
    expect([facts.complete, facts.get('os.id'), facts.get('arch'), judge(facts, wants).find(({ id }) => id === 'kernel')?.result]).toEqual([false, 'debian', '', 'fail']);
  });
});

describe('going on', () => {
  const none = { fixes: [], despiteFailures: false };
  const rows = (system: SampleSystem, changes: FactChanges = {}, over: Partial<PreflightWants> = {}) => [...rowsOf(system, changes, over).values()];
  const ids = (list: readonly PreflightRow[]) => list.map(({ id }) => id);

  it('needs nobody for the container engine, which adding a node means', () => {
    expect(blocking(rows('debian12'), none)).toEqual([]);
    expect(agreedFixes(rows('debian12'), [])).toEqual(['install-container-engine']);
  });

  it('waits for a tick when running work would end', () => {
    const found = rows('ubuntu2404', {}, { type: 'gpu' });
    expect(ids(blocking(found, none))).toEqual(['gpu-toolkit']);
    expect(agreedFixes(found, [])).toEqual([]);
    expect(blocking(found, { ...none, fixes: ['restart-container-engine'] })).toEqual([]);
    expect(agreedFixes(found, ['restart-container-engine', 'install-gpu-driver'])).toEqual(['install-gpu-driver', 'restart-container-engine']);
  });

  it('never installs a driver that nobody ticked', () => {
    const found = rows('ubuntu2404', { 'gpu.driver': null, 'gpu.error': 'NVIDIA-SMI has failed' }, { type: 'gpu' });
    expect(ids(blocking(found, none))).toContain('gpu-driver');
    expect(found.find(({ id }) => id === 'gpu-driver')?.fix).toMatchObject({ dangerous: true, automatic: false });
  });

  it('can be insisted on, but not past what could not end well', () => {
    const found = rows('alpine', { arch: 'riscv64', 'disk.models.free': '1' }, { rootMode: 'none', rootRefusal: 'no sudo' });
    expect(ids(blocking(found, { ...none, despiteFailures: true }))).toEqual(['root', 'arch', 'libc']);
  });
});
