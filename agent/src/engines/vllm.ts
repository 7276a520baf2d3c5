import { transportEnv } from './group-transport.js';
import type { EngineLaunch, EngineProfile, GroupLaunch, Stage } from './engine-profile.js';
import { stageOf, type Marks } from './stage-marks.js';

/** vLLM takes its key from a flag or a variable only; a shell reads it so that neither argv nor the container's settings show it. */
const WITH_KEY = 'VLLM_API_KEY="$(cat "$1")" || exit 1; export VLLM_API_KEY; shift; exec "$@"';

const OFFLINE = { HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1', VLLM_NO_USAGE_STATS: '1', DO_NOT_TRACK: '1' };

export const vllm: EngineProfile = { name: 'vllm', coreEndsWith503: true, imageCommand: ['vllm', 'serve'], env: OFFLINE, commandLine, groupEnv, stage };

/** Without a fixed KV space the CPU backend claims nearly all memory of the machine and fails on a busy one. */
export const vllmCpu: EngineProfile = { name: 'vllm-cpu', coreEndsWith503: true, imageCommand: vllm.imageCommand, commandLine, stage, env: { ...OFFLINE, VLLM_CPU_KVCACHE_SPACE: '4' } };

function commandLine(launch: EngineLaunch): string[] {
  return [
    '/bin/sh', '-c', WITH_KEY, 'openstation', launch.keyFile,
    ...launch.command, launch.modelPath,
    '--served-model-name', launch.alias,
    ...(isWorker(launch) ? ['--headless'] : ['--host', launch.host, '--port', String(launch.port)]),
    ...(launch.group ? groupArguments(launch.group) : []),
    ...launch.argv,
  ];
}

/** Only the head has an HTTP server. */
function isWorker({ group }: EngineLaunch): boolean {
  return group !== undefined && group.rank > 0;
}

function groupArguments({ rank, size, headAddress, firstPort }: GroupLaunch): string[] {
  return ['--nnodes', String(size), '--node-rank', String(rank), '--master-addr', headAddress, '--master-port', String(firstPort), '--distributed-executor-backend', 'mp'];
}

/** VLLM_PORT is the first of the ports that it opens for its own messages, counting up. */
function groupEnv(group: GroupLaunch): Record<string, string> {
  return { VLLM_HOST_IP: group.ownAddress, VLLM_PORT: String(group.firstPort + 1), ...transportEnv(group) };
}

/** In the order vLLM prints them; reading the weights is most of the way. */
const MARKS: Marks = [
  [/vLLM (?:API )?server version \S+/, 'engine', 0.01],
  [/Resolved architecture: \S+/, 'engine', 0.02],
  [/Using max model len \d+/, 'engine', 0.03],
  [/headless multiproc executor, with head node address|world_size=\d+ rank=\d+ .*backend=(?:nccl|gloo)/, 'group', 0.07],
  [/Initializing a V1 LLM engine \(v\S+\)/, 'engine', 0.05],
  [/Starting to load model .+\.\.\./, 'weights', 0.1],
  [/Loading weights took [\d.]+ seconds/, 'weights', 0.7],
  [/Model loading took [\d.]+ GiB(?: memory)? and [\d.]+ seconds/, 'weights', 0.72],
  [/Dynamo bytecode transform time|Compiling a graph for compile range/, 'compile', 0.78],
  [/Available KV cache memory: [\d.]+ GiB/, 'kv-cache', 0.83],
  [/KV cache size: [\d,]+ tokens|(?:Explicitly|Auto) set \([\d.]+\/[\d.]+\) GiB for KV cache/, 'kv-cache', 0.85],
  [/Warming up model for the compilation/, 'warm-up', 0.88],
  [/Warming up done/, 'warm-up', 0.94],
  [/Capturing CUDA graphs/, 'graphs', 0.9],
  [/Graph capturing finished in \d+ secs/, 'graphs', 0.94],
  [/init engine \(profile, create kv cache, warmup model\) took/, 'serving', 0.96],
  [/Starting vLLM server on http|Application startup complete/, 'serving', 0.98],
];

function stage(line: string): Stage | undefined {
  return stageOf(line, /Loading (?:safetensors|pt|np_cache) checkpoint shards:\s+(\d+)% Completed/, MARKS);
}
