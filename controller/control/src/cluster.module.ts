import { Global, Injectable, Module } from '@nestjs/common';
import { CatalogModule } from './catalog/index.js';
import { Clock } from './config/index.js';
import { BootstrapModule } from './bootstrap/index.js';
import { DiagnosesModule } from './diagnoses/index.js';
import { DispatcherModule } from './dispatcher/index.js';
import { DistributionModule, TransferLimits } from './distribution/index.js';
import { DownloadsModule, HubSettings } from './downloads/index.js';
import { EnginesModule } from './engines/index.js';
import { EnrolmentModule } from './enrolment/index.js';
import { InstanceCatalogue, InstancesModule } from './instances/index.js';
import { IntegrationsModule } from './integrations/index.js';
import { ModelViews, ModelsModule } from './models/index.js';
import { NodeLoop, NodeViews, NodesModule } from './nodes/index.js';
import { Operations, OperationsModule } from './operations/index.js';
import { OverviewSource } from './overview/index.js';
import { PkiModule } from './pki/index.js';
import { RolloutModule } from './rollout/index.js';
import { RouteSource, type ServiceRoute } from './routes/index.js';
import { SchedulerModule } from './scheduler/index.js';
import { ServiceRepository, ServiceViews, ServicesModule, mayWake } from './services/index.js';

/** Routes of every service, also of those without a ready instance: callers must be able to tell 503 from 404. */
@Injectable()
class ClusterRoutes extends RouteSource {
  constructor(
    private readonly services: ServiceRepository,
    private readonly catalogue: InstanceCatalogue,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async routes(): Promise<readonly ServiceRoute[]> {
    const [services, targets] = await Promise.all([this.services.list(), this.catalogue.routable()]);
    return services
      .filter(({ deletingAt }) => deletingAt === null)
      .map(({ id, name, createdAt, scaling, stoppedAt }) => ({
        serviceId: id, serviceName: name, createdAt, startsOnCall: stoppedAt === null && scaling !== null && mayWake(scaling, this.clock.now()),
        targets: targets.filter(({ serviceId }) => serviceId === id).map(({ instanceId, nodeId, nodeName, address, port, engineModel }) => ({ instanceId, nodeId, nodeName, address, port, engineModel })),
      }));
  }
}

@Injectable()
class ClusterLists extends OverviewSource {
  constructor(
    private readonly nodes: NodeViews,
    private readonly nodeLoop: NodeLoop,
    private readonly services: ServiceViews,
    private readonly models: ModelViews,
    private readonly operations: Operations,
  ) {
    super();
  }

  override async lists() {
    const [nodes, services, models, operations] = await Promise.all([this.nodes.list(), this.services.list(), this.models.list(), this.operations.list()]);
    return { nodes, services, models, operations, brakeSince: this.nodeLoop.brakeSince };
  }
}

/** All rooms of the cluster half, and what the platform's rooms ask of them. */
@Global()
@Module({
  imports: [PkiModule, NodesModule, RolloutModule, EnrolmentModule, BootstrapModule, OperationsModule, ModelsModule, CatalogModule, DownloadsModule, EnginesModule, InstancesModule, DiagnosesModule, SchedulerModule, ServicesModule, DispatcherModule, DistributionModule, IntegrationsModule],
  providers: [{ provide: RouteSource, useClass: ClusterRoutes }, { provide: OverviewSource, useClass: ClusterLists }],
  exports: [RouteSource, OverviewSource],
})
export class ClusterModule {
  constructor(limits: TransferLimits, hubs: HubSettings) {
    limits.provide(() => Promise.resolve(hubs.distributionBytesPerSecond));
  }
}
