import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { beforeAll, describe, expect, test } from 'vitest';
import { useCluster } from '../harness/cluster/index.js';
import { REPOSITORY } from '../harness/paths.js';

interface Words {
  readonly code: string;
  readonly text: string;
  readonly engine?: string;
}

/** Every text takes a real start and a real end of an engine: in CI a sample, all with OPENSTATION_DOCTOR_TEXTS=all. */
const all = (JSON.parse(readFileSync(join(REPOSITORY, 'controller/control/src/doctor/testing/engine-words.json'), 'utf8')) as Words[]).filter(({ engine }) => engine === undefined || engine === 'llama-cpp');
// What names the engine's port makes the agent try another one first; the doctor sees it only after several starts.
const once = all.filter(({ code }) => code !== 'port-in-use');
const chosen = process.env['OPENSTATION_DOCTOR_TEXTS'] === 'all' ? once : once.filter((_, index) => index % 6 === 0);

/** A process that dies in the words of an engine, through agent and controller, to a named cause with its evidence. */
describe('the doctor', () => {
  const cluster = useCluster(() => ({ agents: 1 }));
  let modelId: string;

  beforeAll(async () => {
    modelId = (await cluster().admin.importModel(cluster().modelFile, 'tiny')).id;
    const scripts = chosen.map(({ text }, index) => [`sick-${index}`, { loadMs: 20, loadSteps: 1, loadExitPercent: 100, loadExitCode: 1, lastWords: [text] }] as const);
    await cluster().scriptEngines({ models: Object.fromEntries(scripts) });
  });

  test.each(chosen.map((words, index) => ({ ...words, name: `sick-${index}` })))('names $code', async ({ code, text, name }) => {
    const { admin } = cluster();
    const { id } = await admin.rest.post<{ id: string }>('/services', { name, modelId });
    const diagnosis = await waitFor(async () => {
      const { items } = await admin.rest.get<{ items: { diagnosis: { code: string; evidence: string; advice: string } | null }[] }>(`/services/${id}/runs`).catch(() => ({ items: [] }));
      const { instances } = await admin.rest.get<{ instances: { diagnosis: { code: string; evidence: string; advice: string } | null }[] }>(`/services/${id}`);
      return [...instances, ...items].find((one) => one.diagnosis !== null)?.diagnosis ?? undefined;
    }, { what: `a diagnosis of ${code}`, timeoutMs: 20_000, everyMs: 100 });
    expect([diagnosis.code, diagnosis.evidence]).toEqual([code, text.trim()]);
    await admin.rest.delete(`/services/${id}`);
  }, 30_000);
});
