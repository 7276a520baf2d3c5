import { Injectable } from '@nestjs/common';
import { NodeNotice_Severity, type Heartbeat, type NodeNotice, type Orphan, type RemovalProgress } from '@openstation/proto';
import { Clock } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { DepartureLoop, HeartbeatClock, MetricHistory, NodeCards, NodeNotices, type NodeNoticeView, type NodeOrphan } from '../nodes/index.js';
import { rawSample } from './from-wire.js';

const severities: Readonly<Partial<Record<NodeNotice_Severity, NodeNoticeView['severity']>>> = { [NodeNotice_Severity.WARNING]: 'warning', [NodeNotice_Severity.ERROR]: 'error' };

/** What agents tell of their nodes, put where it belongs. A heartbeat touches no database unless a card is at fault. */
@Injectable()
export class NodeReports {
  constructor(
    private readonly heartbeats: HeartbeatClock,
    private readonly history: MetricHistory,
    private readonly cards: NodeCards,
    private readonly notices: NodeNotices,
    private readonly departures: DepartureLoop,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
  ) {}

  sessionBegan(nodeId: string, orphans: readonly Orphan[]): void {
    this.heartbeats.sessionBegan(nodeId);
    this.heartbeats.orphansSeen(nodeId, orphans.map(orphanView));
  }

  async heartbeat(nodeId: string, { metrics, orphans }: Heartbeat): Promise<void> {
    this.heartbeats.orphansSeen(nodeId, orphans.map(orphanView));
    if (metrics) {
      const sample = this.heartbeats.sampled(nodeId, rawSample(metrics, this.clock.now()));
      this.history.add(nodeId, sample);
      await this.cards.sampled(nodeId, sample);
    }
    this.feed.publish({ topic: 'nodes', id: nodeId, kind: 'changed' });
  }

  async notice(nodeId: string, { severity, code, subject, message }: NodeNotice): Promise<void> {
    await this.notices.take(nodeId, { severity: severities[severity] ?? 'info', code, subject, message });
  }

  async removal(nodeId: string, progress: RemovalProgress): Promise<void> {
    await this.departures.heard(nodeId, progress);
  }
}

function orphanView({ handle, instanceId, engine, running }: Orphan): NodeOrphan {
  return { handle: handle.slice(0, 128), instanceId: instanceId.slice(0, 36), engine: engine.slice(0, 64), running };
}
