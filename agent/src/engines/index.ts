import type { EngineProfile } from './engine-profile.js';
import { llamaCpp } from './llama-cpp.js';
import { llamaCppGpu } from './llama-cpp-gpu.js';
import { sglang } from './sglang.js';
import { TEMPLATE_PREFIX, templateProfile } from './template.js';
import { vllm, vllmCpu } from './vllm.js';

/** What the agent knows of each engine: its command line and how its log reads. */
export { engineCounters, type EngineCounters } from './engine-counters.js';
export type { EngineLaunch, EngineProfile, GroupLaunch, Stage } from './engine-profile.js';
export { TEMPLATE_PREFIX } from './template.js';
export { exitCause, type EngineExit, type ExitCause } from './exit-cause.js';

const PROFILES: readonly EngineProfile[] = [llamaCpp, llamaCppGpu, vllm, vllmCpu, sglang];

/** Engines of administrators are all pattern; any other that no profile is written for is treated like llama.cpp: its flags are the common denominator. */
export function engineProfile(name: string): EngineProfile {
  if (name.startsWith(TEMPLATE_PREFIX)) return templateProfile(name);
  return PROFILES.find((profile) => profile.name === name) ?? { ...llamaCpp, name };
}
