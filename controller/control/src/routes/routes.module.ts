import { Module, type OnModuleInit } from '@nestjs/common';
import { GatewayLinkService } from '@openstation/proto';
import { AgentListener, ListenersModule } from '../listeners/index.js';
import { TrafficModule } from '../traffic/index.js';
import { UsageModule } from '../usage/index.js';
import { UsersModule } from '../users/index.js';
import { ConnectedGateways } from './connected-gateways.js';
import { GatewayLink } from './gateway-link.js';
import { RoutePublisher } from './route-publisher.js';

@Module({ imports: [ListenersModule, TrafficModule, UsageModule, UsersModule], providers: [ConnectedGateways, GatewayLink, RoutePublisher], exports: [ConnectedGateways] })
export class RoutesModule implements OnModuleInit {
  constructor(
    private readonly listener: AgentListener,
    private readonly link: GatewayLink,
  ) {}

  onModuleInit(): void {
    this.listener.addService(GatewayLinkService, this.link.implementation());
  }
}
