import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '@openstation/kit';
import type { RemovalOrder } from '@openstation/proto';

/** A removal on its way, on disk so that a killed agent goes on with it. `leaving`: the controller was told everything. */
export interface RemovalRecord {
  readonly order: RemovalOrder;
  readonly stage: 'working' | 'leaving';
}

/** Why this node is not in its cluster any more. */
export interface LeftRecord {
  readonly message: string;
  readonly atMs: number;
  /** By an order that this node carried out; otherwise it only heard that nobody knows it any more. */
  readonly ordered: boolean;
}

/** The two files below the data directory that outlive the agent's process on its way out. */
export class RemovalFiles {
  readonly #order: string;
  readonly #left: string;

  constructor(dataDir: string) {
    this.#order = join(dataDir, 'removal.json');
    this.#left = join(dataDir, 'left-cluster.json');
  }

  order(): Promise<RemovalRecord | undefined> {
    return readJsonFile<RemovalRecord>(this.#order);
  }

  async saveOrder(record: RemovalRecord): Promise<void> {
    await writeFileAtomic(this.#order, JSON.stringify(record));
  }

  async clearOrder(): Promise<void> {
    await rm(this.#order, { force: true });
  }

  left(): Promise<LeftRecord | undefined> {
    return readJsonFile<LeftRecord>(this.#left);
  }

  async saveLeft(record: LeftRecord): Promise<void> {
    await writeFileAtomic(this.#left, JSON.stringify(record));
  }

  async clearLeft(): Promise<void> {
    await rm(this.#left, { force: true });
  }

  /** A join token that was put there after the node left: the person wants it back. */
  async hasNewerToken(left: LeftRecord, joinTokenFile: string | undefined): Promise<boolean> {
    if (joinTokenFile === undefined) return false;
    try {
      return (await stat(joinTokenFile)).mtimeMs > left.atMs;
    } catch {
      return false; // no token: it stays out
    }
  }
}

export function howToJoinAgain(joinTokenFile: string | undefined): string {
  return `to join again, make a join token in the console (Nodes, Add node), write it to ${joinTokenFile ?? 'a file named by joinTokenFile in the configuration'} and restart the agent`;
}
