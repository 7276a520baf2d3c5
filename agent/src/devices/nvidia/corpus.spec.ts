import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pciKey } from '../pci-address.js';
import type { ToolAnswer } from '../tool.js';
import { NvidiaSmi } from './nvidia-smi.js';

/** Every file of the corpus is an answer of the tool, `<name>.json` beside it says how it ended and what must be made of it. */
const CORPUS = join(import.meta.dirname, 'corpus');
const names = readdirSync(CORPUS).filter((file) => file.endsWith('.txt')).map((file) => file.slice(0, -4));

interface ExpectedGpu {
  readonly uuid: string;
  readonly health: string;
  readonly message?: string;
  readonly mig?: boolean | null;
  readonly [fact: string]: unknown;
}

interface Case {
  readonly exitCode: number;
  readonly stderr?: string;
  readonly expect: { readonly state: string; readonly error: string; readonly gpus: readonly ExpectedGpu[]; readonly faults?: readonly { pciAddress: string; lost: boolean }[] };
}

function answerOf(name: string, { exitCode, stderr = '' }: Case): ToolAnswer {
  return { kind: 'ended', exitCode, stdout: readFileSync(join(CORPUS, `${name}.txt`), 'utf8').replaceAll('\0', ''), stderr };
}

describe.each(names)('%s', (name) => {
  const wanted = JSON.parse(readFileSync(join(CORPUS, `${name}.json`), 'utf8')) as Case;
  const smi = new NvidiaSmi({ deadlineSeconds: 10, run: (args) => Promise.resolve(args[0]?.startsWith('--query-gpu') === true ? answerOf(name, wanted) : { kind: 'ended', exitCode: 0, stdout: '', stderr: '' }) }, { news: () => Promise.resolve([]) }, 128 * 2 ** 30);

  it('is read as expected', async () => {
    const survey = await smi.survey([]);
    expect(survey.state).toBe(wanted.expect.state);
    if (wanted.expect.error === '' && wanted.expect.state === 'answered') expect(survey.error).toBe('');
    else expect(survey.error).toContain(wanted.expect.error);
    expect(survey.readings.map((reading) => reading.gpu.uuid)).toEqual(wanted.expect.gpus.map((gpu) => gpu.uuid));
    expect(survey.faults.map((fault) => ({ pciAddress: pciKey(fault.pciAddress), lost: fault.lost }))).toEqual(wanted.expect.faults ?? []);
    survey.readings.forEach(({ gpu, metrics }, at) => {
      const { message = '', mig, ...facts } = wanted.expect.gpus[at] ?? { uuid: '', health: '' };
      const told: Record<string, unknown> = { ...gpu, ...metrics };
      for (const [fact, value] of Object.entries(facts)) expect([fact, told[fact] ?? null]).toEqual([fact, value]);
      if (mig !== undefined) expect(gpu.mig?.enabled ?? null).toBe(mig);
      expect(metrics.healthMessage).toContain(message);
      expect(metrics.healthMessage === '').toBe(metrics.health === 'ok');
    });
  });
});

it('has a result for every answer and an answer for every result', () => {
  expect(readdirSync(CORPUS).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -5)).sort()).toEqual([...names].sort());
});
