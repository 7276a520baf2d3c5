import { Module, type OnModuleInit } from '@nestjs/common';
import { EnrolmentService as EnrolmentDefinition } from '@openstation/proto';
import { EnrolmentListener, ListenersModule } from '../listeners/index.js';
import { NodesModule } from '../nodes/index.js';
import { RolloutModule } from '../rollout/index.js';
import { SettingsModule } from '../settings/settings.module.js';
import { EnrolmentService } from './enrolment-service.js';
import { JoinScriptController } from './join-script.controller.js';
import { JoinTokens } from './join-tokens.js';
import { KnockLimit } from './knock-limit.js';
import { Recovery } from './recovery.js';
import { ReadmitController } from './readmit.controller.js';
import { JoinTokensController } from './join-tokens.controller.js';
import { OwnAddresses } from './own-addresses.js';

@Module({ imports: [ListenersModule, NodesModule, RolloutModule, SettingsModule], controllers: [JoinTokensController, JoinScriptController, ReadmitController], providers: [JoinTokens, OwnAddresses, EnrolmentService, KnockLimit, Recovery], exports: [JoinTokens] })
export class EnrolmentModule implements OnModuleInit {
  constructor(
    private readonly listener: EnrolmentListener,
    private readonly service: EnrolmentService,
  ) {}

  onModuleInit(): void {
    this.listener.addService(EnrolmentDefinition, this.service.implementation());
  }
}
