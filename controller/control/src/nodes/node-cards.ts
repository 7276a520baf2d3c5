import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import { Audit, SYSTEM_ACTOR, type Actor } from '../audit/index.js';
import { Clock, LOGGER } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { ApiError } from '../http/index.js';
import { Store } from '../store/index.js';
import { fatalFaults, faultOfNotice, judged, quarantineOf, quarantinedBy, released, type CardFault, type CardJudgement } from './card-quarantine.js';
import { NodeEvents, type NodeEvent } from './node-events.js';
import type { NodeSample } from './node-inventory.js';
import { NodeRepository } from './node.repository.js';
import type { NodeRow } from './nodes.store.js';

/** Puts cards into quarantine and out of it: nothing new is placed on one, what runs there goes on. */
@Injectable()
export class NodeCards {
  constructor(
    private readonly store: Store,
    private readonly nodes: NodeRepository,
    private readonly events: NodeEvents,
    private readonly audit: Audit,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws ApiError when the node has no such card, or it is in quarantine already */
  async quarantine(node: NodeRow, uuid: string, reason: string, actor: Actor): Promise<void> {
    const index = cardIndex(node, uuid);
    const cards = quarantinedBy(node.cards, uuid, reason, this.clock.now());
    if (!cards) throw new ApiError('conflict', `card ${index} of ${node.name} is in quarantine already`, { field: 'uuid' });
    await this.#write(node, cards, actor, 'node.gpu-quarantine', uuid, {
      severity: 'warning', kind: 'gpu', code: 'gpu-quarantined', message: `card ${index} was put into quarantine by ${actor.username}${reason === '' ? '' : `: ${reason}`}`, details: { uuid, by: 'person' },
    });
  }

  /** Only a person does this, also with what was caught automatically. @throws ApiError when it is not in quarantine */
  async release(node: NodeRow, uuid: string, actor: Actor): Promise<void> {
    const cards = released(node.cards, uuid, this.clock.now());
    if (!cards) throw new ApiError('conflict', `${node.name} has no card ${uuid} in quarantine`, { field: 'uuid' });
    await this.#write(node, cards, actor, 'node.gpu-release', uuid, {
      severity: 'info', kind: 'gpu', code: 'gpu-released', message: `${actor.username} trusts card ${cardName(node, uuid)} again`, details: { uuid },
    });
  }

  /** Looks at a sample; writes only when a card is newly at fault. */
  async sampled(nodeId: string, sample: NodeSample): Promise<void> {
    if (!sample.gpus.some(({ health, xid }) => health === 'lost' || xid !== null)) return;
    const node = await this.nodes.get(nodeId);
    if (node) await this.#judge(node, fatalFaults(sample.gpus, node.inventory?.bootId ?? ''));
  }

  async noticed(nodeId: string, notice: { code: string; subject: string; message: string }): Promise<void> {
    const node = await this.nodes.get(nodeId);
    const fault = node && faultOfNotice(notice, node.inventory?.bootId ?? '');
    if (node && fault) await this.#judge(node, [fault]);
  }

  async #judge(node: NodeRow, faults: readonly CardFault[]): Promise<void> {
    const cards = judged(node.cards, faults, this.clock.now());
    if (cards === node.cards) return;
    for (const { uuid, fault } of faults) {
      const caught = quarantineOf(cards, uuid);
      if (!caught || quarantineOf(node.cards, uuid)) continue;
      this.logger.error({ nodeId: node.id, uuid, fault }, 'a card was put into quarantine');
      await this.#write(node, cards, SYSTEM_ACTOR, 'node.gpu-quarantine', uuid, {
        severity: 'error', kind: 'gpu', code: 'gpu-quarantined', message: `card ${cardName(node, uuid)} was put into quarantine: ${caught.reason}`, details: { uuid, by: 'automatic', fault: fault.split(' ').slice(0, -1).join(' ') },
      });
    }
  }

  async #write(node: NodeRow, cards: readonly CardJudgement[], actor: Actor, verb: string, uuid: string, event: NodeEvent): Promise<void> {
    await this.store.transaction(async (tx) => {
      await this.nodes.setCards(tx, node.id, cards);
      await this.audit.record(tx, actor, verb, { type: 'node', id: node.id, name: node.name }, { uuid, reason: quarantineOf(cards, uuid)?.reason ?? '' });
      await this.events.record(tx, node.id, event);
      tx.afterCommit(() => this.feed.publish({ topic: 'nodes', id: node.id, kind: 'changed' }));
    });
  }
}

/** @throws ApiError when the node never told of such a card */
function cardIndex({ inventory, name }: NodeRow, uuid: string): number {
  const card = inventory?.gpus.find((gpu) => gpu.uuid === uuid);
  if (!card) throw new ApiError('bad-request', `${name} has no card ${uuid}`, { field: 'uuid' });
  return card.index;
}

function cardName({ inventory }: NodeRow, uuid: string): string {
  return String(inventory?.gpus.find((gpu) => gpu.uuid === uuid)?.index ?? uuid);
}
