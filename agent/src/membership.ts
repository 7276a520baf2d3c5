import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep, type Logger } from '@openstation/kit';
import type { AgentConfig } from './config/index.js';
import { RemovalFiles, howToJoinAgain, leave } from './removal/index.js';

/** The node has left its cluster for good: the process ends, and that is no failure. */
export class NodeLeft extends Error {}

const ASK_AGAIN_MS = 10_000;

/** Whether this node is, or may become, a member: asked before anything else at start, told while it runs. */
export class Membership {
  readonly files: RemovalFiles;

  constructor(private readonly config: AgentConfig, private readonly log: Logger) {
    this.files = new RemovalFiles(config.dataDir);
  }

  /**
   * Resolves when the node may be an agent. One that was told to leave and stay installed waits here, engines left
   * alone, until a new join token lies in its file.
   * @throws NodeLeft when a removal that was cut off is done now
   */
  async settle(signal: AbortSignal): Promise<void> {
    const { files, config } = this;
    const pending = await files.order();
    if (pending?.stage === 'leaving') throw new NodeLeft(await this.leave(pending.order));
    const left = await files.left();
    if (!left) return;
    if (left.ordered) this.log.warn(`${left.message}: ${howToJoinAgain(config.joinTokenFile)}`);
    while (left.ordered && !signal.aborted && !(await files.hasNewerToken(left, config.joinTokenFile))) await sleep(ASK_AGAIN_MS, signal);
    signal.throwIfAborted();
    if (!(await files.hasNewerToken(left, config.joinTokenFile))) return;
    this.log.info('a new join token was given: the old identity is put away');
    await rm(join(config.dataDir, 'member.json'), { force: true });
    await files.clearLeft();
  }

  /** The controller refuses this node without having ordered anything: a person removed it while it was away. */
  removed(reason: string): void {
    this.log.error({ reason }, `this node was removed from its cluster; engines go on running, nobody manages them any more: ${howToJoinAgain(this.config.joinTokenFile)}`);
    void this.#keepLeft(reason);
  }

  /** It is a member (again). */
  welcome(): void {
    this.files.clearLeft().catch((error: unknown) => this.log.warn({ reason: (error as Error).message }, 'a note of an earlier removal cannot be deleted'));
  }

  leave(order: Parameters<typeof leave>[0]): Promise<string> {
    return leave(order, { dataDir: this.config.dataDir, files: this.files, program: process.argv[1] ?? '', log: this.log });
  }

  async #keepLeft(reason: string): Promise<void> {
    try {
      const before = await this.files.left();
      if (!before) await this.files.saveLeft({ message: reason, atMs: Date.now(), ordered: false });
    } catch (error) {
      this.log.warn({ reason: (error as Error).message }, 'that this node was removed cannot be noted on disk');
    }
  }
}
