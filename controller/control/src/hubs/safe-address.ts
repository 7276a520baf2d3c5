import { lookup as dnsLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { HubError } from './hub-error.js';

const never = new BlockList();
/** "This network", link-local with the metadata services of clouds, multicast, reserved: no server of ours is there. */
for (const [net, prefix] of [['0.0.0.0', 8], ['169.254.0.0', 16], ['224.0.0.0', 4], ['240.0.0.0', 4]] as const) never.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of [['fe80::', 10], ['ff00::', 8], ['::', 128]] as const) never.addSubnet(net, prefix, 'ipv6');
never.addAddress('fd00:ec2::254', 'ipv6');

const inside = new BlockList();
for (const [net, prefix] of [['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15]] as const) inside.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of [['::1', 128], ['fc00::', 7], ['64:ff9b::', 96], ['2002::', 16]] as const) inside.addSubnet(net, prefix, 'ipv6');

/**
 * Whether an address may be connected to. Hosts an administrator named may lie in private ranges; hosts that a redirect
 * named must be public.
 */
export function isAddressAllowed(address: string, named: boolean): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isAddressAllowed(mapped, named);
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  return isIP(address) !== 0 && !never.check(address, family) && (named || !inside.check(address, family));
}

/** Whether an address is one of this machine: a port of our own there is no hub. */
export function isOwnAddress(address: string): boolean {
  const own = new BlockList();
  own.addSubnet('127.0.0.0', 8, 'ipv4');
  own.addAddress('::1', 'ipv6');
  for (const one of Object.values(networkInterfaces()).flatMap((of) => of ?? [])) own.addAddress(one.address, one.family === 'IPv4' ? 'ipv4' : 'ipv6');
  return own.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

export interface Reach {
  /** A person named the host, in the hub settings or the configuration. */
  readonly named: boolean;
  /** The port is one we listen on ourselves. */
  readonly ownPort: boolean;
}

function mayReach(address: string, { named, ownPort }: Reach): boolean {
  return isAddressAllowed(address, named) && !(ownPort && isOwnAddress(address));
}

type LookupDone = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

/**
 * Name resolution for a connection, so that the address that was checked is the one connected to. One forbidden address
 * among several refuses the host: a name that points inside and outside is no honest one.
 */
export function safeLookup(reach: Reach) {
  return (hostname: string, options: LookupOptions, done: LookupDone): void => {
    dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      if (addresses.length === 0 || addresses.some(({ address }) => !mayReach(address, reach))) return done(refusal(hostname, reach), []);
      if (options.all === true) return done(null, addresses);
      return done(null, addresses[0]?.address ?? '', addresses[0]?.family);
    });
  };
}

/** @throws HubError for a literal address that may not be connected to */
export function checkLiteral(hostname: string, reach: Reach): void {
  const literal = hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0 && !mayReach(literal, reach)) throw refusal(hostname, reach);
}

function refusal(hostname: string, { ownPort }: Reach): HubError {
  if (ownPort) return new HubError('refused', `${hostname} is this controller itself, and no hub`);
  return new HubError('refused', `${hostname} is an address inside this network, and no hub that was set up: name the host in hubs.trustedHosts if it is meant`);
}
