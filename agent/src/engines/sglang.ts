import { transportEnv } from './group-transport.js';
import type { EngineProfile, GroupLaunch } from './engine-profile.js';

/** SGLang takes its key from a flag only. This puts it into the interpreter's own argument list, where `ps` cannot see it. */
const WITH_KEY =
  'import sys,runpy; key=open(sys.argv[1]).read().strip(); sys.argv=["launch_server",*sys.argv[2:],"--api-key",key]; ' +
  'runpy.run_module("sglang.launch_server",run_name="__main__",alter_sys=True)';

export const sglang: EngineProfile = {
  name: 'sglang',
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
  loadProgress: (line) => {
    const shards = /Loading safetensors checkpoint shards:\s+(\d+)%/.exec(line)?.[1];
    if (shards !== undefined) return 0.1 + 0.6 * (Number(shards) / 100);
    return MARKS.find(([pattern]) => pattern.test(line))?.[1];
  },
};

/** The same on every node but the rank. */
function groupArguments({ rank, size, headAddress, firstPort }: GroupLaunch): string[] {
  const address = headAddress.includes(':') ? `[${headAddress}]` : headAddress;
  return ['--nnodes', String(size), '--node-rank', String(rank), '--dist-init-addr', `${address}:${firstPort}`, '--nccl-port', String(firstPort + 1)];
}

const MARKS: readonly (readonly [RegExp, number])[] = [
  [/Load weight begin/, 0.1],
  [/Load weight end/, 0.72],
  [/KV Cache is allocated|Memory pool end/, 0.85],
  [/Capture cuda graph/, 0.9],
  [/max_total_num_tokens=/, 0.95],
  [/The server is fired up and ready to roll/, 0.99],
];
