import { transportEnv } from './group-transport.js';
import type { EngineLaunch, EngineProfile, GroupLaunch } from './engine-profile.js';

/** vLLM takes its key from a flag or a variable only; a shell reads it so that neither argv nor the container's settings show it. */
const WITH_KEY = 'VLLM_API_KEY="$(cat "$1")" || exit 1; export VLLM_API_KEY; shift; exec "$@"';

const OFFLINE = { HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1', VLLM_NO_USAGE_STATS: '1', DO_NOT_TRACK: '1' };

export const vllm: EngineProfile = { name: 'vllm', imageCommand: ['vllm', 'serve'], env: OFFLINE, commandLine, groupEnv, loadProgress };

/** Without a fixed KV space the CPU backend claims nearly all memory of the machine and fails on a busy one. */
export const vllmCpu: EngineProfile = { name: 'vllm-cpu', imageCommand: vllm.imageCommand, commandLine, loadProgress, env: { ...OFFLINE, VLLM_CPU_KVCACHE_SPACE: '4' } };

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

/** Marks in the order vLLM prints them; reading the weights is most of the way. Matched on text, never on file:line. */
function loadProgress(line: string): number | undefined {
  const shards = /Loading (?:safetensors|pt|np_cache) checkpoint shards:\s+(\d+)% Completed/.exec(line)?.[1];
  if (shards !== undefined) return 0.1 + 0.6 * (Number(shards) / 100);
  return MARKS.find(([pattern]) => pattern.test(line))?.[1];
}

const MARKS: readonly (readonly [RegExp, number])[] = [
  [/Initializing a V1 LLM engine/, 0.05],
  [/Starting to load model/, 0.1],
  [/Loading weights took|Model loading took/, 0.72],
  [/Dynamo bytecode transform time|Compiling a graph/, 0.78],
  [/Available KV cache memory|KV cache size:/, 0.85],
  [/Warming up model for the compilation|Capturing CUDA graphs/, 0.9],
  [/Graph capturing finished|Warming up done|init engine \(profile/, 0.95],
  [/Starting vLLM server on|Application startup complete/, 0.98],
];
