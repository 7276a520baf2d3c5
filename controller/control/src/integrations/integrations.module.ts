import { Module, type OnModuleInit } from '@nestjs/common';
import { IntegrationService } from '@openstation/proto';
import { EnrolmentListener, ListenersModule } from '../listeners/index.js';
import { ModelsModule } from '../models/index.js';
import { NodesModule } from '../nodes/index.js';
import { ServicesModule } from '../services/index.js';
import { UsageModule } from '../usage/index.js';
import { UsersModule } from '../users/index.js';
import { IntegrationDoor } from './integration-door.js';
import { IntegrationRpc } from './integration-rpc.js';
import { ServiceWatch } from './service-watch.js';

@Module({ imports: [ListenersModule, ModelsModule, NodesModule, ServicesModule, UsageModule, UsersModule], providers: [IntegrationDoor, IntegrationRpc, ServiceWatch] })
export class IntegrationsModule implements OnModuleInit {
  constructor(
    private readonly listener: EnrolmentListener,
    private readonly rpc: IntegrationRpc,
  ) {}

  onModuleInit(): void {
    this.listener.addService(IntegrationService, this.rpc.implementation());
  }
}
