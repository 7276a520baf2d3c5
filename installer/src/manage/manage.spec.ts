import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import type { ControlClient } from '../rest/index.js';
import { addManagement } from './add-management.js';

const directory = mkdtempSync(join(tmpdir(), 'manage-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

type Answers = Readonly<Record<string, unknown>>;

/** Runs one command against made answers; each of a list of answers is given once, the last one again and again. */
async function run(words: string, answers: Answers, secret = 's3cret') {
  const asked: { call: string; body: unknown }[] = [];
  const printed: string[] = [];
  const turns = new Map<string, number>();
  const ask = (method: string) => (path: string, body?: unknown) => {
    const call = `${method} ${path}`;
    asked.push({ call, body });
    if (!(call in answers)) throw new Error(`unexpected ${call}`);
    const answer = answers[call];
    if (!Array.isArray(answer) || !answer.every((one) => Array.isArray(one) || (one as { turn?: true }).turn)) return Promise.resolve(answer);
    const turn = turns.get(call) ?? 0;
    turns.set(call, turn + 1);
    return Promise.resolve(answer[Math.min(turn, answer.length - 1)] as unknown);
  };
  const client = { get: ask('GET'), post: ask('POST'), put: ask('PUT'), patch: ask('PATCH'), delete: ask('DELETE') } as unknown as ControlClient;
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  const desk = { client, cwd: directory, signal: AbortSignal.timeout(10_000), print: (text: string) => void printed.push(text), note: (text: string) => void printed.push(text), readSecret: () => Promise.resolve(secret) };
  addManagement(program, () => Promise.resolve(desk));
  const error = await program.parseAsync(words.split(' '), { from: 'user' }).then(() => undefined, (reason: unknown) => reason as Error);
  return { asked, text: printed.join(''), error };
}

const node = { id: 'n1', name: 'gpu-1', address: '10.0.0.5', type: 'gpu', state: 'healthy', stateSince: '2026-01-01T00:00:00Z', availability: 'active', inventory: null, metrics: null, gpus: [{ uuid: 'GPU-1', index: 0, name: 'A100', memoryBytes: 40 * 2 ** 30, quarantine: null }], services: [], agentVersion: null };
const operation = { id: 'o1', title: 'Drain gpu-1', state: 'running', percent: 10, can: [], turn: true };

describe('managing from the command line', () => {
  it('names what there is when a name is wrong', async () => {
    const { error } = await run('node drain nix', { 'GET /nodes': [node] });
    expect(error?.message).toBe('there is no node "nix"; there is gpu-1');
  });

  it('follows a long job to its end and fails with its words', async () => {
    const answers = {
      'GET /nodes': [node], 'POST /nodes/n1/drain': { operation },
      'GET /operations/o1': [operation, { ...operation, state: 'failed', failure: 'chat fits nowhere else', turn: true }],
      'GET /operations/o1/log?after=0': [[{ number: 1, text: 'looking' }]], 'GET /operations/o1/log?after=1': [[{ number: 2, text: 'no place' }]],
    };
    const { error, text, asked } = await run('node drain gpu-1 --reason repair', answers);
    expect(error?.message).toBe('Drain gpu-1: chat fits nowhere else');
    expect(text).toContain('[1] looking\n  [2] no place');
    expect(asked[1]?.body).toEqual({ force: false, reason: 'repair' });
  });

  it('sends no credential before the host key is confirmed', async () => {
    const keys = { keys: [{ algorithm: 'ssh-ed25519', fingerprint: 'SHA256:abc' }], command: 'ssh-keygen -lf …', changed: false };
    const { error, asked } = await run('node add gpu-2 10.0.0.6', { 'POST /nodes/host-keys': keys });
    expect(error?.message).toContain('SHA256:abc');
    expect(JSON.stringify(asked)).not.toContain('s3cret');
  });

  it('finds a card by its number', async () => {
    const { asked } = await run('node quarantine gpu-1 0 --json', { 'GET /nodes': [node], 'POST /nodes/n1/gpus/quarantine': node });
    expect(asked[1]?.body).toEqual({ uuid: 'GPU-1', reason: '' });
  });

  it('deploys from a file in which model and nodes go by name', async () => {
    writeFileSync(join(directory, 'chat.yaml'), 'name: chat\nmodel: qwen\nnodes: [gpu-1]\ninstances: 2\n');
    const service = { id: 's1', name: 'chat', state: 'ready', readyInstances: 2, wantedInstances: 2, percent: null };
    const { asked, error } = await run('service deploy -f chat.yaml --no-wait', { 'GET /models': [{ id: 'm1', name: 'qwen' }], 'GET /nodes': [node], 'POST /services': service });
    expect(error).toBeUndefined();
    expect(asked.at(-1)?.body).toEqual({ name: 'chat', instances: 2, modelId: 'm1', nodeIds: ['n1'] });
  });

  it('names cards by node and number, in a file and for one more instance', async () => {
    writeFileSync(join(directory, 'cards.yaml'), 'name: chat\nmodelId: m1\ncards: { gpu-1: [0] }\n');
    const answers = { 'GET /nodes': [node], 'GET /services': [{ id: 's1', name: 'chat' }], 'POST /services/plan': { memory: {}, placements: [], rejected: [], notes: [] }, 'POST /services/s1/instances': { name: 'chat' } };
    const cards = [{ nodeId: 'n1', gpuUuids: ['GPU-1'] }];
    expect((await run('service plan -f cards.yaml', answers)).asked.at(-1)?.body).toEqual({ name: 'chat', modelId: 'm1', cards });
    expect((await run('service add-instance chat gpu-1:0', answers)).asked.at(-1)?.body).toEqual({ nodeIds: ['n1'], cards });
    expect((await run('service add-instance chat gpu-1', answers)).asked.at(-1)?.body).toEqual({ nodeIds: ['n1'], cards: [] });
    expect((await run('service add-instance chat gpu-1:3', answers)).error?.message).toBe('gpu-1 has no card 3; it has 0');
  });

  it('says what is wrong with a file', async () => {
    writeFileSync(join(directory, 'bad.yaml'), '- a\n- b\n');
    expect((await run('service plan -f bad.yaml', {})).error?.message).toContain('must be a list of fields');
    expect((await run('service plan -f none.yaml', {})).error?.message).toContain('--file:');
  });

  it('saves an engine from a file and says what the nodes need', async () => {
    writeFileSync(join(directory, 'own.yaml'), 'name: Own\nhardware: cpu\nformats: [gguf]\nimage: own:1\nentrypoint: [own]\nargv: [--model, "{model_path}", --port, "{port}"]\n');
    const { asked, text, error } = await run('engine save custom-own -f own.yaml', { 'PUT /custom-engines/custom-own': { id: 'custom-own', image: 'own:1' } });
    expect(error).toBeUndefined();
    expect(asked[0]?.body).toMatchObject({ name: 'Own', argv: ['--model', '{model_path}', '--port', '{port}'], healthPath: '/health', metricsPath: null, env: {} });
    expect(text).toContain('"custom-own": {"image": "own:1", "template": true}');
  });

  it('sets one source of an image and refuses two', async () => {
    const answers = { 'PUT /engine-images/vllm': { engine: 'vllm', image: 'mirror.example/vllm/vllm-openai:v1', overridden: true, refusedBy: [{ message: 'gpu-1 permits less', policy: '"engines": {}' }] } };
    const { asked, text } = await run('engine image vllm --mirror mirror.example', answers);
    expect(asked[0]?.body).toEqual({ image: null, mirror: 'mirror.example' });
    expect(text).toContain('gpu-1 permits less; its policy file needs "engines": {}');
    expect((await run('engine image vllm own:1 --shipped', answers)).error?.message).toMatch(/name an image/);
  });

  it('changes a service by a file, goes back, and names a revision that is none', async () => {
    writeFileSync(join(directory, 'longer.yaml'), 'contextLength: 8192\n');
    const service = { id: 's1', name: 'chat', revision: 2, state: 'ready', readyInstances: 1, wantedInstances: 1 };
    const answers = { 'GET /services': [service], 'PATCH /services/s1': service, 'POST /services/s1/revert': { ...service, revision: 3 }, 'POST /services/s1/stop': service };
    expect((await run('service change chat -f longer.yaml', answers)).asked[1]).toEqual({ call: 'PATCH /services/s1', body: { contextLength: 8192 } });
    const back = await run('service revert chat 1', answers);
    expect([back.asked[1]?.body, back.text]).toEqual([{ revision: 1 }, expect.stringMatching(/revision +3/)]);
    expect((await run('service revert chat first', answers)).error?.message).toContain('"first" is no number');
    expect((await run('service stop chat', answers)).asked[1]?.call).toBe('POST /services/s1/stop');
  });

  it('tries again what failed, with what the doctor proposes, and passes its advice on where nothing can be changed', async () => {
    const failed = (fix: object | null) => ({ id: 's1', name: 'chat', revision: 1, state: 'failed', readyInstances: 0, wantedInstances: 1, instances: [{ id: 'i1', state: 'failed', diagnosis: { title: 'Too long', advice: 'Take a shorter context', fix } }] });
    const answers = (fix: object | null) => ({ 'GET /services': [failed(fix)], 'POST /services/s1/retry': failed(fix) });
    expect((await run('service retry chat', answers(null))).asked[1]).toEqual({ call: 'POST /services/s1/retry', body: {} });
    expect((await run('service retry chat --fix', answers({ parameters: '--a b', contextLength: 4096, parallel: null }))).asked[1]?.body).toEqual({ parameters: '--a b', contextLength: 4096 });
    expect((await run('service retry chat --fix', answers(null))).error?.message).toBe('--fix: Too long: Take a shorter context');
  });

  it('takes limits of scaling as people write them', async () => {
    writeFileSync(join(directory, 'scaled.yaml'), 'scaling:\n  min: 0\n  max: 4\n  zeroAfterMinutes: 30\n  windows:\n    - { days: [Mon, fri], from: "08:00", to: "24:00", instances: 2 }\n');
    const answers = { 'GET /services': [{ id: 's1', name: 'chat' }], 'PATCH /services/s1': { id: 's1', name: 'chat' } };
    expect((await run('service change chat -f scaled.yaml', answers)).asked[1]?.body).toEqual({
      scaling: { min: 0, max: 4, targetInFlight: 8, maxQueueSeconds: 5, scaleDownAfterMinutes: 15, zeroAfterMinutes: 30, timeZone: 'UTC', windows: [{ days: [1, 5], fromMinute: 480, toMinute: 0, instances: 2 }] },
    });
    writeFileSync(join(directory, 'late.yaml'), 'scaling: { min: 1, max: 2, windows: [{ days: [mon], from: "25:00", to: "8:00", instances: 1 }] }\n');
    expect((await run('service change chat -f late.yaml', answers)).error?.message).toBe('late.yaml: scaling.windows.0.from: must be a time such as "08:00", in quotes');
    writeFileSync(join(directory, 'plain.yaml'), 'scaling: null\n');
    expect((await run('service change chat -f plain.yaml', answers)).asked[1]?.body).toEqual({ scaling: null });
  });

  it('shows the log of an instance that is gone, and goes on with one that runs until it ends', async () => {
    const gone = { instanceId: 'i-old', serviceName: 'chat', state: 'failed', nodeName: 'gpu-1', revision: 1, createdAt: '2026-01-01T00:00:00Z', endedAt: null, reason: 'exited', message: '', diagnosis: null };
    const living = (state: string) => ({ items: [{ ...gone, instanceId: 'i-new', state }, gone], turn: true });
    const line = (number: number) => ({ number, text: `line ${number}` });
    const answers = {
      'GET /instance-runs?limit=100&serviceName=chat': [living('running'), living('running'), living('failed')], 'GET /instances/i-old/log?tail=200': [line(1)], 'GET /instances/i-old/log?tail=200&rank=1': [line(7)],
      'GET /instances/i-new/log?tail=2': [line(3), line(4)], 'GET /instances/i-new/log?tail=10000': [[line(3), line(4)], [line(4), line(5)]],
    };
    expect((await run('service logs chat --instance i-o', answers)).text).toBe('[1] line 1\n');
    expect((await run('service logs chat --instance i-o --rank 1', answers)).text).toBe('[7] line 7\n');
    expect((await run('service logs chat -n 2 --follow', answers)).text).toBe('[3] line 3\n[4] line 4\n[5] line 5\n');
    expect((await run('service logs chat --instance i-', answers)).error?.message).toContain('several instances');
  });

  it('checks every instance and fails when one does not answer', async () => {
    const answers = { 'GET /services': [{ id: 's1', name: 'chat', instances: [{ id: 'i1' }, { id: 'i2' }] }], 'POST /instances/i1/check': { ok: true, latencyMs: 7, message: '' }, 'POST /instances/i2/check': { ok: false, latencyMs: 17_000, message: 'no answer' } };
    const { text, error } = await run('service check chat', answers);
    expect(text).toMatch(/i1 +yes +7 ms/);
    expect([error?.message, text]).toEqual(['not every instance answers', expect.stringContaining('no answer')]);
  });

  it('asks what would happen without a node', async () => {
    const answer = { plans: [], affected: [{ serviceName: 'chat', instances: 2, movable: 1, outage: false, reasons: ['gpu-2: full'] }] };
    const { asked, text } = await run('service what-if --without gpu-1', { 'GET /nodes': [node], 'POST /services/what-if': answer });
    expect(asked[1]?.body).toEqual({ add: [], withoutNodeIds: ['n1'] });
    expect(text).toContain('1 of 2 can move');
  });
});
