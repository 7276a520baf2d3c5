import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import { Clock, LOGGER } from '../config/index.js';
import { NodeCards } from './node-cards.js';
import { NodeEvents, type NodeEvent } from './node-events.js';

export interface NodeNoticeView {
  readonly severity: NodeEvent['severity'];
  /** "gpu-lost", "gpu-xid", "disk-full" …: kept as it came, so that alarms can be built on it. */
  readonly code: string;
  readonly subject: string;
  readonly message: string;
}

/** More notices than that in a minute tell nothing new; an agent gone wild must not fill the database. */
const PER_MINUTE = 60;

/** Takes agents' notices: into the node's events, and a lost or broken card into quarantine. */
@Injectable()
export class NodeNotices {
  readonly #minutes = new Map<string, { minute: number; count: number }>();

  constructor(
    private readonly events: NodeEvents,
    private readonly cards: NodeCards,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async take(nodeId: string, notice: NodeNoticeView): Promise<void> {
    const { severity, subject, message } = notice;
    const code = /^[a-z0-9][a-z0-9-]{0,63}$/.test(notice.code) ? notice.code : 'notice';
    const count = this.#count(nodeId);
    if (count <= PER_MINUTE) this.events.note(nodeId, { severity, kind: kindOf(code), code, message: message === '' ? code : message, details: { subject: subject.slice(0, 200) } });
    if (count === PER_MINUTE + 1) {
      this.logger.warn({ nodeId }, 'a node sends more notices than anybody can read');
      this.events.note(nodeId, { severity: 'warning', kind: 'identity', code: 'notices-dropped', message: `more than ${PER_MINUTE} notices within a minute: the rest of them is dropped` });
    }
    await this.cards.noticed(nodeId, { code, subject, message });
  }

  #count(nodeId: string): number {
    const minute = Math.floor(this.clock.now() / 60_000);
    const known = this.#minutes.get(nodeId);
    const count = known?.minute === minute ? known.count + 1 : 1;
    this.#minutes.set(nodeId, { minute, count });
    return count;
  }
}

function kindOf(code: string): NodeEvent['kind'] {
  if (code.startsWith('gpu')) return 'gpu';
  return code.startsWith('disk') ? 'disk' : 'engine';
}
