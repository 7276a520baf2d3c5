import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { AuditModule } from './audit/audit.module.js';
import { EventsModule } from './events/events.module.js';
import { FoundationModule, type Foundations } from './foundation.module.js';
import { OverviewModule } from './overview/index.js';
import { PkiModule } from './pki/index.js';
import { RoutesModule } from './routes/index.js';
import { SettingsModule } from './settings/index.js';
import { UsageModule } from './usage/index.js';
import { UsersModule } from './users/index.js';

/** The whole controller: the platform's rooms around the cluster's. */
@Module({})
export class AppModule {
  /** @param cluster the module of the cluster's rooms; it provides `RouteSource` and `OverviewSource` to all. */
  static of(foundations: Foundations, cluster: Type): DynamicModule {
    return {
      module: AppModule,
      imports: [FoundationModule.of(foundations), PkiModule, cluster, AuditModule, EventsModule, OverviewModule, RoutesModule, SettingsModule, UsageModule, UsersModule],
    };
  }
}
