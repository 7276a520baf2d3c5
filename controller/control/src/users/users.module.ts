import { Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import { CONTROL_CONFIG, LOGGER, type ControlConfig } from '../config/index.js';
import { Identities } from '../http/index.js';
import { SettingsModule } from '../settings/index.js';
import { FirstAdmin } from './first-admin.js';
import { InitialPasswordFile } from './initial-password-file.js';
import { KeyIdentities } from './key-identities.js';
import { Keys } from './keys.js';
import { PasswordHasher } from './password-hasher.js';
import { SessionController } from './session.controller.js';
import { Sessions } from './sessions.js';
import { SignIn } from './sign-in.js';
import { UsersController } from './users.controller.js';
import { Users } from './users.js';

const SWEEP_MS = 10 * 60_000;

@Module({
  imports: [SettingsModule],
  controllers: [SessionController, UsersController],
  providers: [
    FirstAdmin, KeyIdentities, Keys, Sessions, SignIn, Users,
    { provide: Identities, useExisting: Sessions },
    { provide: PasswordHasher, useFactory: () => new PasswordHasher() },
    { provide: InitialPasswordFile, inject: [CONTROL_CONFIG], useFactory: ({ dataDir }: ControlConfig) => new InitialPasswordFile(dataDir) },
  ],
  exports: [Identities, KeyIdentities, Keys, Sessions, Users],
})
export class UsersModule implements OnApplicationBootstrap, OnApplicationShutdown {
  #sweep: NodeJS.Timeout | undefined;

  constructor(
    private readonly firstAdmin: FirstAdmin,
    private readonly hasher: PasswordHasher,
    private readonly sessions: Sessions,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const file = await this.firstAdmin.ensure();
    if (file !== undefined) this.logger.info({ username: 'admin', file }, 'the first administrator was made; the password stands in this file and works for 72 hours');
    void this.#warmUp();
    this.#sweep = setInterval(() => void this.#sweepSessions(), SWEEP_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#sweep);
  }

  /** Beside the start, not before it: until it is done the first sign-in waits for it. */
  async #warmUp(): Promise<void> {
    try {
      await this.hasher.warmUp();
    } catch (error) {
      this.logger.warn({ err: error }, 'the password hash for unknown users is not ready yet; the first sign-in makes it');
    }
  }

  async #sweepSessions(): Promise<void> {
    try {
      await this.sessions.sweep();
    } catch (error) {
      this.logger.warn({ err: error }, 'old sign-in sessions could not be deleted; tried again later');
    }
  }
}
