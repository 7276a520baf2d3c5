import { Module } from '@nestjs/common';
import { OperationsModule } from '../operations/operations.module.js';
import { PkiModule } from '../pki/index.js';
import { DepartureLoop } from './departure-loop.js';
import { HeartbeatClock } from './heartbeat-clock.js';
import { MetricHistory } from './metric-history.js';
import { NodeCards } from './node-cards.js';
import { NodeDepartures } from './node-departures.js';
import { NodeEvents } from './node-events.js';
import { NodeJobs } from './node-jobs.js';
import { NodeLoop } from './node-loop.js';
import { NodeNotices } from './node-notices.js';
import { NodeOrders } from './node-orders.js';
import { NodeRecordsController } from './node-records.controller.js';
import { NodeSessions } from './node-sessions.js';
import { NodeUpgrades } from './node-upgrades.js';
import { NodeUses } from './node-uses.js';
import { MACHINE_ID, NodeViews, readMachineId } from './node-view.js';
import { NodeRepository } from './node.repository.js';
import { NodesController } from './nodes.controller.js';

const shared = [
  NodeRepository, HeartbeatClock, NodeLoop, NodeUses, NodeViews, NodeEvents, NodeSessions, MetricHistory, NodeNotices, NodeCards, NodeDepartures, NodeOrders, NodeUpgrades, DepartureLoop,
];

@Module({
  imports: [OperationsModule, PkiModule],
  controllers: [NodesController, NodeRecordsController],
  providers: [...shared, NodeJobs, { provide: MACHINE_ID, useFactory: () => readMachineId() }],
  exports: [...shared, MACHINE_ID],
})
export class NodesModule {}
