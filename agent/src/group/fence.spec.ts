import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fence, FenceError, fenceRules } from './fence.js';

const ports = { firstPort: 42000, portCount: 32, members: ['10.0.0.1', '10.0.0.2', 'fd00::3'] };
let directory: string;

beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'os-fence-'))));
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('fence', () => {
  it('lets members in and drops the rest, on these ports only', () => {
    expect(fenceRules('openstation_x', ports).split('\n')).toEqual([
      'add table inet openstation_x', 'delete table inet openstation_x', 'table inet openstation_x {', '  chain input {', '    type filter hook input priority -10; policy accept;',
      '    ip saddr { 10.0.0.1, 10.0.0.2 } meta l4proto { tcp, udp } th dport 42000-42031 accept',
      '    ip6 saddr { fd00::3 } meta l4proto { tcp, udp } th dport 42000-42031 accept',
      '    meta l4proto { tcp, udp } th dport 42000-42031 counter drop', '  }', '}', '',
    ]);
  });

  it('a crash between file and table leaves something to take away, and taking away twice is fine', async () => {
    const asked: string[] = [];
    const fence = new Fence(directory, 'node', (rules) => (asked.push(rules), asked.length === 1 ? Promise.reject(new FenceError('killed', true)) : Promise.resolve()));
    await expect(fence.raise('i-1', ports)).rejects.toThrow(FenceError);
    expect(await fence.raised()).toEqual(['i-1']);
    await fence.drop('i-1');
    await fence.drop('i-1');
    expect([asked.length, await fence.raised()]).toEqual([2, []]);
  });

  it('what nft refused leaves nothing behind', async () => {
    const fence = new Fence(directory, 'node', () => Promise.reject(new FenceError('not installed')));
    await expect(fence.raise('i-1', ports)).rejects.toThrow('not installed');
    expect(await fence.raised()).toEqual([]);
    await fence.drop('i-1');
  });

  it('agents of one machine have tables of their own', async () => {
    const asked: string[] = [];
    const nft = (rules: string): Promise<void> => Promise.resolve(void asked.push(rules.split('\n')[0] ?? ''));
    await new Fence(join(directory, 'a'), 'a', nft).raise('i-1', ports);
    await new Fence(join(directory, 'b'), 'b', nft).raise('i-1', ports);
    expect(new Set(asked).size).toBe(2);
  });

  // Where nftables is installed and a network namespace may be made.
  if (spawnSync('unshare', ['-n', 'sh', '-c', 'ip link set lo up && nft list tables']).status === 0) {
    it('members come through, strangers do not, and other ports are nobody\'s business', () => {
      const rules = fenceRules('openstation_x', { ...ports, members: ['127.0.0.1'] });
      // Twice: the second time it replaces what the first one made.
      const shell = 'ip link set lo up && printf %s "$1" | nft -f - && printf %s "$1" | nft -f - && exec "$2" --input-type=module -e "$3"';
      const told = execFileSync('unshare', ['-n', 'sh', '-c', shell, 'sh', rules, process.execPath, KNOCKS], { encoding: 'utf8', timeout: 20_000 });
      expect(JSON.parse(told)).toEqual({ 'member 42000': 'in', 'member 42031': 'in', 'stranger 42000': 'kept out', 'stranger 42031': 'kept out', 'stranger 42032': 'in' });
    });
  }
});

/** Who comes in from which address of the loopback network; a dropped packet shows as silence. */
const KNOCKS = `
import { connect, createServer } from 'node:net';
const knock = (port, localAddress) => new Promise((resolve) => {
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  socket.setTimeout(600, () => resolve('kept out')).once('connect', () => resolve('in')).once('error', ({ code }) => resolve(code));
});
for (const port of [42000, 42031, 42032]) await new Promise((resolve) => createServer(() => undefined).listen(port, '127.0.0.1', resolve));
const member = '127.0.0.1', stranger = '127.0.0.2';
const told = { 'member 42000': await knock(42000, member), 'member 42031': await knock(42031, member), 'stranger 42000': await knock(42000, stranger), 'stranger 42031': await knock(42031, stranger), 'stranger 42032': await knock(42032, stranger) };
process.stdout.write(JSON.stringify(told), () => process.exit(0));
`;
