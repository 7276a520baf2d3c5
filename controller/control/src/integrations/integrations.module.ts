import { Module, type OnModuleInit } from '@nestjs/common';
import { IntegrationService } from '@openstation/proto';
import { EnrolmentListener, ListenersModule } from '../listeners/index.js';
import { ModelsModule } from '../models/index.js';
import { NodesModule } from '../nodes/index.js';
import { ServicesModule } from '../services/index.js';
import { UsageModule } from '../usage/index.js';
import { UsersModule } from '../users/index.js';
import { RouteHandlers } from '../http/index.js';
import { EventWatch } from './event-watch.js';
import { Invoke } from './invoke.js';
import { IntegrationDoor } from './integration-door.js';
import { IntegrationRpc } from './integration-rpc.js';
import { ServiceWatch } from './service-watch.js';

@Module({ imports: [ListenersModule, ModelsModule, NodesModule, ServicesModule, UsageModule, UsersModule], providers: [IntegrationDoor, IntegrationRpc, ServiceWatch, EventWatch, Invoke, RouteHandlers] })
export class IntegrationsModule implements OnModuleInit {
  constructor(
    private readonly listener: EnrolmentListener,
    private readonly rpc: IntegrationRpc,
  ) {}

  onModuleInit(): void {
    this.listener.addService(IntegrationService, this.rpc.implementation());
  }
}
