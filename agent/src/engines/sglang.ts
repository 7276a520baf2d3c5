import { transportEnv } from './group-transport.js';
import type { EngineProfile, GroupLaunch } from './engine-profile.js';
import { stageOf, type Marks } from './stage-marks.js';

/** SGLang takes its key from a flag only. This puts it into the interpreter's own argument list, where `ps` cannot see it. */
const WITH_KEY =
  'import sys,runpy; key=open(sys.argv[1]).read().strip(); sys.argv=["launch_server",*sys.argv[2:],"--api-key",key]; ' +
  'runpy.run_module("sglang.launch_server",run_name="__main__",alter_sys=True)';

export const sglang: EngineProfile = {
  name: 'sglang',
  coreEndsWith503: false,
  imageCommand: ['python3'],
  env: { HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1' },
  commandLine: (launch) => [
    ...launch.command, '-c', WITH_KEY, launch.keyFile,
    '--model-path', launch.modelPath,
    '--served-model-name', launch.alias,
    '--host', launch.host,
    '--port', String(launch.port),
    ...(launch.group ? groupArguments(launch.group) : []),
    ...launch.argv,
  ],
  groupEnv: (group) => ({ SGLANG_HOST_IP: group.ownAddress, ...transportEnv(group) }),
  stage: (line) => stageOf(line, /Loading (?:safetensors|pt) checkpoint shards:\s+(\d+)%/, MARKS),
};

/** The same on every node but the rank. */
function groupArguments({ rank, size, headAddress, firstPort }: GroupLaunch): string[] {
  const address = headAddress.includes(':') ? `[${headAddress}]` : headAddress;
  return ['--nnodes', String(size), '--node-rank', String(rank), '--dist-init-addr', `${address}:${firstPort}`, '--nccl-port', String(firstPort + 1)];
}

const MARKS: Marks = [
  [/Load weight begin/, 'weights', 0.1],
  [/Load weight end/, 'weights', 0.72],
  [/KV Cache is allocated|Memory pool end/, 'kv-cache', 0.85],
  [/Capture cuda graph/, 'graphs', 0.9],
  [/max_total_num_tokens=/, 'serving', 0.95],
  [/The server is fired up and ready to roll/, 'serving', 0.99],
];
