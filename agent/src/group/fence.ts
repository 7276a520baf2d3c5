import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@openstation/kit';

/** The ports of a group could not be closed to strangers. `unsure`: the rules may be there all the same. */
export class FenceError extends Error {
  constructor(message: string, readonly unsure = false) {
    super(message);
  }
}

export interface FencedPorts {
  readonly firstPort: number;
  readonly portCount: number;
  /** Addresses of all members, this node's own included. */
  readonly members: readonly string[];
}

const NFT_WITHIN_MS = 10_000;

/**
 * Closes the ports of a group to everybody but its members, with one nftables table per instance: engines that span nodes
 * talk over the host's network, unencrypted, and do as they are told by whoever connects. A file per table says what to take
 * away again, also after a crash. Repeating either verb is fine.
 */
export class Fence {
  /** `directory` holds a file per table of this agent; `owner` keeps agents on one machine apart. */
  constructor(
    private readonly directory: string,
    private readonly owner: string,
    private readonly nft: (rules: string) => Promise<void> = runNft,
  ) {}

  /** @throws FenceError when the rules cannot be installed: then nothing may be started */
  async raise(instanceId: string, ports: FencedPorts): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await writeFileAtomic(join(this.directory, instanceId), '', 0o600);
    try {
      await this.nft(fenceRules(this.#table(instanceId), ports));
    } catch (error) {
      // Rules are taken as a whole or not at all: what was refused left nothing to take away.
      if (error instanceof FenceError && !error.unsure) await rm(join(this.directory, instanceId), { force: true });
      throw error;
    }
  }

  async drop(instanceId: string): Promise<void> {
    if (!(await this.raised()).includes(instanceId)) return;
    const table = this.#table(instanceId);
    await this.nft(`add table inet ${table}\ndelete table inet ${table}\n`);
    await rm(join(this.directory, instanceId), { force: true });
  }

  /** Instances whose ports are fenced, or were to be. */
  async raised(): Promise<string[]> {
    try {
      return await readdir(this.directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  #table(instanceId: string): string {
    return `openstation_${createHash('sha256').update(`${this.owner} ${instanceId}`).digest('hex').slice(0, 16)}`;
  }
}

/** Replaces the table as a whole, in one transaction. It runs before other filters; only members pass its ports, everything else it leaves to them. */
export function fenceRules(table: string, { firstPort, portCount, members }: FencedPorts): string {
  const range = `${firstPort}-${firstPort + portCount - 1}`;
  const accept = (family: 'ip' | 'ip6', addresses: readonly string[]): string[] =>
    addresses.length === 0 ? [] : [`    ${family} saddr { ${addresses.join(', ')} } meta l4proto { tcp, udp } th dport ${range} accept`];
  return [
    `add table inet ${table}`, `delete table inet ${table}`, `table inet ${table} {`, '  chain input {', '    type filter hook input priority -10; policy accept;',
    ...accept('ip', members.filter((address) => !address.includes(':'))), ...accept('ip6', members.filter((address) => address.includes(':'))),
    `    meta l4proto { tcp, udp } th dport ${range} counter drop`, '  }', '}', '',
  ].join('\n');
}

function runNft(rules: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('nft', ['-f', '-'], { stdio: ['pipe', 'ignore', 'pipe'], timeout: NFT_WITHIN_MS });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(0, 500)));
    child.stdin.on('error', () => undefined); // it ended before it read: its exit tells why
    child.once('error', (error: NodeJS.ErrnoException) => reject(new FenceError(error.code === 'ENOENT' ? 'nft is not installed on this node (package nftables)' : error.message)));
    child.once('close', (code, signal) => (code === 0 ? resolve() : reject(new FenceError(`nft ended with ${signal ?? code}: ${said.trim()}`, signal !== null))));
    child.stdin.end(rules);
  });
}
