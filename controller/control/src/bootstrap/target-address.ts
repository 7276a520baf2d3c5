import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { deadline } from '@openstation/kit';
import { ApiError } from '../http/index.js';

const NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const LOOKUP_MS = 5_000;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** Never a server: unspecified, link-local (cloud metadata lives there), multicast, broadcast. */
const unusable = new BlockList();
for (const [net, bits] of [['0.0.0.0', 8], ['169.254.0.0', 16], ['224.0.0.0', 4], ['240.0.0.0', 4]] as const) unusable.addSubnet(net, bits);
for (const [net, bits] of [['::', 128], ['fe80::', 10], ['ff00::', 8]] as const) unusable.addSubnet(net, bits, 'ipv6');

export interface AddressRules {
  /** This machine may be a target. */
  readonly allowLoopback: boolean;
}

/**
 * The address to connect to. A name is looked up once, and what is connected to is the address that was checked.
 * @throws ApiError naming the field `host`
 */
export async function targetAddress(host: string, rules: AddressRules): Promise<string> {
  if (isIP(host) !== 0) return checked(host, host, rules);
  if (!NAME.test(host) || /^[\d.]+$/.test(host)) throw refusal(`${host} is neither an IP address nor a host name`);
  let found: string[];
  try {
    found = (await deadline(lookup(host, { all: true }), LOOKUP_MS, 'the look-up of the name')).map(({ address }) => address);
  } catch {
    throw refusal(`the name ${host} is not known to the controller: use the server's IP address`);
  }
  const addresses = found.map((address) => checked(address, host, rules));
  const first = addresses[0];
  if (first === undefined) throw refusal(`the name ${host} has no address`);
  return first;
}

function checked(address: string, host: string, { allowLoopback }: AddressRules): string {
  const plain = address.toLowerCase().startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
  const family = isIPv6(plain) ? 'ipv6' : 'ipv4';
  if (unusable.check(plain, family)) throw refusal(`${host} is not the address of a server (${plain} is link-local, multicast or unspecified)`);
  if (allowLoopback) return plain;
  if (loopback.check(plain, family)) throw refusal(`${host} is the controller itself (loopback): the management node joins without SSH`);
  if (ownAddresses().includes(plain)) throw refusal(`${host} is the controller itself: the management node joins without SSH`);
  return plain;
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));
}

function refusal(message: string): ApiError {
  return new ApiError('invalid', message, { field: 'host' });
}
