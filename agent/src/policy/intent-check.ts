import { isIP } from 'node:net';
import { NetworkMode, type LaunchIntent } from '@openstation/proto';
import { refusedArgument } from './argument-check.js';
import { parseImageReference } from './image-reference.js';
import type { EnginePolicy, NodePolicy } from './policy.schema.js';
import { templateRefusal } from './template-check.js';

/** Never settable from outside, whatever the policy says: they turn data into code or undo the confinement. */
const FORBIDDEN_VARIABLES = /^(LD_|NVIDIA_|PYTHON|NODE_|PATH$|HOME$|BASH_ENV$|ENV$|IFS$|VLLM_SERVER_DEV_MODE$|VLLM_ALLOW_RUNTIME_LORA_UPDATING$|VLLM_API_KEY$|HF_TOKEN$)/;

/**
 * Holds a launch intent against the node's policy. Returns what is refused, in words that name the key to
 * change, or undefined when everything is permitted.
 */
export function refusal(policy: NodePolicy, intent: LaunchIntent, running: number): string | undefined {
  const engine = policy.engines[intent.engine];
  if (!engine) return `this node's policy has no engine "${intent.engine}" (engines)`;
  if (running >= policy.maxInstances) return `this node runs ${running} instances, its policy permits ${policy.maxInstances} (maxInstances)`;
  return (
    imageRefusal(policy, engine, intent) ??
    environmentRefusal(policy, intent) ??
    templateRefusal(engine, intent, policy.trustRemoteCode) ??
    (intent.template ? undefined : refusedArgument(intent.argv, policy.trustRemoteCode)) ??
    resourceRefusal(policy, intent)
  );
}

/** Repositories whose images this node starts for an engine: that of its own image, and those beside it. */
export function permittedRepositories({ image, repositories }: EnginePolicy): string[] {
  const own = image === undefined ? undefined : parseImageReference(image)?.repository;
  return [...new Set([...(own === undefined ? [] : [own]), ...repositories])];
}

function imageRefusal(policy: NodePolicy, engine: EnginePolicy, intent: LaunchIntent): string | undefined {
  if (intent.image === '' || intent.image === engine.image) return undefined;
  const image = parseImageReference(intent.image);
  if (!image) return `"${intent.image}" is not an image reference`;
  if (!permittedRepositories(engine).includes(image.repository)) return `image "${intent.image}" is of a repository outside this node's policy (engines.${intent.engine}.repositories)`;
  if (policy.requireDigest && image.digest === undefined) return `image "${intent.image}" is not named by digest (requireDigest)`;
  return undefined;
}

function environmentRefusal(policy: NodePolicy, intent: LaunchIntent): string | undefined {
  for (const name of Object.keys(intent.env)) {
    if (FORBIDDEN_VARIABLES.test(name)) return `environment variable ${name} is never accepted from outside`;
    if (!policy.envNames.includes(name)) return `environment variable ${name} is outside this node's policy (envNames)`;
  }
  return undefined;
}

/** Addresses end up in firewall rules and command lines: nothing but addresses may stand there. */
function groupRefusal({ groupPortRange: [first, last] }: NodePolicy, { group, network }: LaunchIntent): string | undefined {
  if ((network === NetworkMode.DISTRIBUTED) !== (group !== undefined)) return 'a member of a group needs its seat and the network mode of groups, other engines neither';
  if (!group) return undefined;
  if (group.firstPort < first || group.portCount < 1 || group.firstPort + group.portCount - 1 > last) return `the group's ports ${group.firstPort}-${group.firstPort + group.portCount - 1} are outside this node's policy (groupPortRange)`;
  if (group.peers.length !== group.size || group.rank >= group.size || group.size < 2) return 'the members of the group do not add up';
  const strange = group.peers.find(({ address, dataPort }) => isIP(address) === 0 || dataPort > 65_535);
  if (strange) return `"${strange.address}" is not an IP address: members of a group are named by address`;
  return /^[A-Za-z0-9_.-]{0,15}$/.test(group.networkInterface) ? undefined : `"${group.networkInterface}" is not the name of an interface`;
}

function resourceRefusal(policy: NodePolicy, intent: LaunchIntent): string | undefined {
  if (intent.shmBytes > policy.maxShmBytes) return `${intent.shmBytes} bytes of shared memory, this node's policy permits ${policy.maxShmBytes} (maxShmBytes)`;
  if (intent.network === NetworkMode.DISTRIBUTED && !policy.distributed) return "engines over several nodes need host networking, which this node's policy does not permit (distributed)";
  const refused = groupRefusal(policy, intent);
  if (refused !== undefined) return refused;
  const strange = intent.gpuUuids.find((uuid) => !/^(GPU|MIG)-[0-9a-fA-F-]{8,64}$/.test(uuid));
  return strange === undefined ? undefined : `"${strange}" is not the UUID of a GPU`;
}
