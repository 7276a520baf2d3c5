import { Inject, Injectable } from '@nestjs/common';
import { CONTROL_CONFIG, type ControlConfig } from '../config/index.js';
import { AgentListener, EnrolmentListener } from '../listeners/index.js';
import { Settings } from '../settings/index.js';

/** Where a server finds this controller. */
@Injectable()
export class ControllerAddress {
  constructor(
    private readonly settings: Settings,
    private readonly enrolment: EnrolmentListener,
    private readonly agents: AgentListener,
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
  ) {}

  /**
   * What the administrator set; else the one address that is listened on; else our side of the connection to that
   * server, which it has a way back to.
   */
  host(localAddress: string): string {
    const set = this.settings.current().publicHost;
    if (set !== null && set !== '') return set;
    const listens = this.config.enrolment.host;
    if (listens !== '0.0.0.0' && listens !== '::') return listens;
    return localAddress.toLowerCase().startsWith('::ffff:') ? localAddress.slice(7) : localAddress;
  }

  /** "host:port" of the enrolment and of the agents port. */
  targets(localAddress: string): string[] {
    const host = bracketed(this.host(localAddress));
    return [`${host}:${this.enrolment.port}`, `${host}:${this.agents.port}`];
  }

  /** What the agent is told. */
  enrolmentTarget(localAddress: string): string {
    return `${bracketed(this.host(localAddress))}:${this.enrolment.port}`;
  }
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
