import { Global, Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import type { Logger } from '@openstation/kit';
import { Audit } from './audit/index.js';
import { CONTROL_CONFIG, Clock, LOGGER, type ControlConfig } from './config/index.js';
import { ChangeFeed, Views } from './events/index.js';
import { AccessGuard, CONSOLE_FINGERPRINT, CONSOLE_PIN, ErrorFilter, LocalAdmin } from './http/index.js';
import { Authority } from './pki/index.js';
import { SecretBox, Vault, type Secrets } from './secrets/index.js';
import { Store } from './store/index.js';
import { UsersModule } from './users/index.js';

/** What is opened before Nest and needed by every room. */
export interface Foundations {
  readonly config: ControlConfig;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly store: Store;
  readonly secrets: Secrets;
  readonly authority: Authority;
  readonly localAdmin: LocalAdmin;
  readonly consoleFingerprint: string;
  readonly consolePin: string;
}

/** Hands the foundations to all rooms, and puts the one guard and the one error filter in front of them. */
@Global()
@Module({})
export class FoundationModule {
  static of({ config, logger, clock, store, secrets, authority, localAdmin, consoleFingerprint, consolePin }: Foundations): DynamicModule {
    const shared = [
      { provide: CONTROL_CONFIG, useValue: config },
      { provide: LOGGER, useValue: logger },
      { provide: Clock, useValue: clock },
      { provide: Store, useValue: store },
      { provide: SecretBox, useValue: secrets.box },
      { provide: Vault, useValue: secrets.vault },
      { provide: Authority, useValue: authority },
      { provide: LocalAdmin, useValue: localAdmin },
      { provide: CONSOLE_FINGERPRINT, useValue: consoleFingerprint },
      { provide: CONSOLE_PIN, useValue: consolePin },
    ];
    return {
      module: FoundationModule,
      imports: [UsersModule],
      providers: [...shared, Audit, ChangeFeed, Views, { provide: APP_GUARD, useClass: AccessGuard }, { provide: APP_FILTER, useClass: ErrorFilter }],
      exports: [...shared.map(({ provide }) => provide), Audit, ChangeFeed, Views, UsersModule],
    };
  }
}
