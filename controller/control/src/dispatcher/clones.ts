import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import type { Inventory } from '@openstation/proto';
import { Audit, SYSTEM_ACTOR } from '../audit/index.js';
import { Clock, LOGGER } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { MemberIdentities } from '../pki/index.js';
import { Store } from '../store/index.js';
import { looksCloned, recentOnly, type Displacement } from './clone-watch.js';

/** Notices that two machines push each other's sessions aside, and believes neither from then on. */
@Injectable()
export class Clones {
  readonly #displacements = new Map<string, Displacement[]>();

  constructor(
    private readonly store: Store,
    private readonly identities: MemberIdentities,
    private readonly audit: Audit,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Whether the node waits for a person's word. */
  refuses(nodeId: string): Promise<boolean> {
    return this.identities.isCloned(nodeId);
  }

  /** A living session is about to be pushed aside. @returns true when that was once too often: both are to end */
  async displaced(nodeId: string, nodeName: string, inventory: Inventory | undefined): Promise<boolean> {
    const now = this.clock.now();
    const machine = `${inventory?.machineId ?? ''}/${inventory?.bootId ?? ''}`;
    const displacements = recentOnly([...(this.#displacements.get(nodeId) ?? []), { at: now, machine }], now);
    this.#displacements.set(nodeId, displacements);
    if (!looksCloned(displacements, now)) return false;
    this.#displacements.delete(nodeId);
    await this.store.transaction(async (tx) => {
      if (!(await this.identities.cloned(tx, nodeId))) return;
      await this.audit.record(tx, SYSTEM_ACTOR, 'node.cloned', { type: 'node', id: nodeId, name: nodeName }, { machines: [...new Set(displacements.map((one) => one.machine))] });
      tx.afterCommit(() => this.feed.publish({ topic: 'nodes', id: nodeId, kind: 'changed' }));
    });
    this.logger.error({ nodeId, nodeName }, 'two machines use the identity of this node: both are refused until a person readmits it');
    return true;
  }
}
