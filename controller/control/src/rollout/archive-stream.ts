import { Injectable } from '@nestjs/common';
import { open } from 'node:fs/promises';
import { AgentArchives } from './agent-archives.js';
import { RolloutRepository } from './rollout.repository.js';

const CHUNK = 2 ** 20;

/** Gives a node the archive that an open order of it names, and nothing else. */
@Injectable()
export class ArchiveStream {
  constructor(
    private readonly rollouts: RolloutRepository,
    private readonly archives: AgentArchives,
  ) {}

  /** Undefined when the node was not told to fetch this. */
  async open(nodeId: string, wanted: { version: string; arch: string; offset: number }): Promise<AsyncIterable<{ offset: number; data: Buffer }> | undefined> {
    const order = await this.rollouts.openOrder(nodeId);
    if (order?.version !== wanted.version || order.node.arch !== wanted.arch) return undefined;
    const archive = await this.archives.get(wanted.version, wanted.arch);
    return archive && wanted.offset <= archive.bytes ? chunks(archive.path, archive.bytes, wanted.offset) : undefined;
  }
}

async function* chunks(path: string, bytes: number, from: number): AsyncGenerator<{ offset: number; data: Buffer }> {
  const file = await open(path);
  try {
    for (let offset = from; offset < bytes; ) {
      const data = Buffer.allocUnsafe(Math.min(CHUNK, bytes - offset));
      const { bytesRead } = await file.read(data, 0, data.length, offset);
      if (bytesRead === 0) throw new Error('the archive became shorter while it was read');
      yield { offset, data: data.subarray(0, bytesRead) };
      offset += bytesRead;
    }
  } finally {
    await file.close();
  }
}
