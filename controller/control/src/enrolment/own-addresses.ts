import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CONTROL_CONFIG, type ControlConfig } from '../config/index.js';
import { CONSOLE_PIN } from '../http/index.js';
import { EnrolmentListener } from '../listeners/index.js';
import { Settings } from '../settings/index.js';
import { joinHost, type JoinAddresses } from './join-command.js';

/** Where this controller can be joined, as it listens right now. */
@Injectable()
export class OwnAddresses {
  constructor(
    private readonly settings: Settings,
    private readonly listener: EnrolmentListener,
    private readonly adapter: HttpAdapterHost,
    @Inject(CONSOLE_PIN) private readonly pin: string,
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
  ) {}

  now(): JoinAddresses {
    const host = joinHost({ publicHost: this.settings.current().publicHost, listens: this.config.enrolment.host, configured: this.config.console.publicHosts });
    const { port } = (this.adapter.httpAdapter.getHttpServer() as Server).address() as AddressInfo;
    return { host, consolePort: port, enrolmentPort: this.listener.port, pin: this.pin };
  }
}
