import type { GroupLaunch } from './engine-profile.js';

/** NCCL takes the value for a beginning of names unless it starts with "="; Gloo takes it as it is. */
export function transportEnv({ interfaceName }: GroupLaunch): Record<string, string> {
  return { NCCL_SOCKET_IFNAME: `=${interfaceName}`, GLOO_SOCKET_IFNAME: interfaceName };
}
