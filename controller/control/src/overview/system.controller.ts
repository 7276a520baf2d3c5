import { Controller, Inject } from '@nestjs/common';
import type { z } from 'zod';
import { CONTROL_CONFIG, Clock, VERSION, type ControlConfig } from '../config/index.js';
import { CONSOLE_FINGERPRINT, Endpoint, RequestHost } from '../http/index.js';
import { Authority } from '../pki/index.js';
import { ConnectedGateways } from '../routes/index.js';
import { Settings } from '../settings/index.js';
import { routes, type systemSchema } from '../settings/settings.schema.js';
import { Store } from '../store/index.js';

type SystemView = z.infer<typeof systemSchema>;

/** What this installation is and where it is reached. */
@Controller()
export class SystemController {
  private readonly startedAt: string;

  constructor(
    private readonly store: Store,
    private readonly authority: Authority,
    private readonly settings: Settings,
    private readonly gateways: ConnectedGateways,
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
    @Inject(CONSOLE_FINGERPRINT) private readonly fingerprint: string,
    clock: Clock,
  ) {
    this.startedAt = new Date(clock.now()).toISOString();
  }

  @Endpoint(routes.getSystem)
  getSystem(@RequestHost() requestHost: string | undefined): SystemView {
    return {
      version: VERSION, clusterId: this.authority.clusterId, database: this.store.dialect, startedAt: this.startedAt,
      gatewayUrl: this.#gatewayUrl(requestHost), certificateFingerprint: this.fingerprint, gateways: this.gateways.list(),
    };
  }

  @Endpoint(routes.health)
  health(): { status: 'ok'; version: string } {
    return { status: 'ok', version: VERSION };
  }

  /** The address of the request stands in for the public one: whoever reaches the console by it reaches the gateway there too. */
  #gatewayUrl(requestHost: string | undefined): string {
    const { scheme, publicPort } = this.config.gateway;
    const host = this.settings.current().publicHost ?? new URL(`https://${requestHost ?? 'localhost'}`).hostname;
    return `${scheme}://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${publicPort}/v1`;
  }
}
