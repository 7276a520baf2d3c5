import type { EngineProfile } from './engine-profile.js';
import { llamaCpp } from './llama-cpp.js';
import { stageOf, type Marks } from './stage-marks.js';

/** In the order of llama.cpp b10573: a context and its cache come after the weights, the port only when the model is there. */
const MARKS: Marks = [
  [/load_tensors: loading model tensors/, 'weights', 0.1],
  [/load_tensors: offloaded \d+\/\d+ layers to GPU/, 'weights', 0.2],
  [/llama_kv_cache|llama_context: /, 'kv-cache', 0.85],
  [/server is listening on|model loaded/, 'serving', 0.98],
];
/** It prints no percentage: what is read of the file tells how far it is. */
const NO_BAR = /(?!)/;

/** llama.cpp's own server as its image for CUDA has it: its numbers only on demand, no page for people, nothing fetched. */
export const llamaCppGpu: EngineProfile = {
  name: 'llama-cpp-gpu',
  coreEndsWith503: false,
  imageCommand: ['/app/llama-server'],
  env: {},
  commandLine: (launch) => [...llamaCpp.commandLine(launch), '--metrics', '--jinja', '--no-webui', '--offline'],
  stage: (line) => stageOf(line, NO_BAR, MARKS),
};
