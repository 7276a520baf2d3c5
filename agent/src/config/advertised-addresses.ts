import type { NetworkInterfaceInfo } from 'node:os';

/**
 * Addresses at which others reach a listener on `host`, most preferred first. A listener on every address is
 * reached by this machine's own addresses, IPv4 first; bridges and virtual pairs of container engines are left out.
 */
export function advertisedAddresses(
  configured: readonly string[],
  host: string,
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): string[] {
  if (configured.length > 0) return [...configured];
  if (host !== '0.0.0.0' && host !== '::') return [host];
  const found = Object.entries(interfaces)
    .filter(([name]) => !/^(docker|br-|veth|virbr|cni|flannel)/.test(name))
    .flatMap(([, entries]) => entries ?? [])
    .filter((entry) => !entry.internal && !entry.address.startsWith('fe80:'));
  const addresses = [...found.filter((entry) => entry.family === 'IPv4'), ...found.filter((entry) => entry.family === 'IPv6')];
  return addresses.length > 0 ? addresses.map((entry) => entry.address) : ['127.0.0.1'];
}
