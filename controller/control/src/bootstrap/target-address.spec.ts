import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { targetAddress } from './target-address.js';

const strict = { allowLoopback: false };

describe('the address of a server', () => {
  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1', '0.0.0.0', '::', '224.0.0.1', '239.1.2.3', '255.255.255.255', 'ff02::1', 'fe80::1', '169.254.169.254', '::ffff:169.254.169.254', 'localhost'])('is not %s', async (host) => {
    await expect(targetAddress(host, strict)).rejects.toMatchObject({ code: 'invalid', extras: { field: 'host' } });
  });

  it('is none of this machine', async () => {
    for (const own of Object.values(networkInterfaces()).flatMap((list) => list ?? [])) await expect(targetAddress(own.address, strict)).rejects.toMatchObject({ extras: { field: 'host' } });
  });

  it.each(['-oProxyCommand=x', 'a b', 'a;b', '$(x)', '', '..', '1.2.3', '999.1.1.1', `${'a'.repeat(64)}.example`, 'no-such-host.invalid'])('is refused: %s', async (host) => {
    await expect(targetAddress(host, strict)).rejects.toMatchObject({ code: 'invalid', extras: { field: 'host' } });
  });

  it('is taken as it is, and in its plain form', async () => {
    expect([await targetAddress('192.0.2.77', strict), await targetAddress('2001:db8::77', strict), await targetAddress('::ffff:192.0.2.77', strict)]).toEqual(['192.0.2.77', '2001:db8::77', '192.0.2.77']);
  });

  it('may be this machine in tests', async () => {
    expect(await targetAddress('127.0.0.1', { allowLoopback: true })).toBe('127.0.0.1');
    await expect(targetAddress('224.0.0.1', { allowLoopback: true })).rejects.toThrow();
  });
});
