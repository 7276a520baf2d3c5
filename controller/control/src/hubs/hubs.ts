import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { CONTROL_CONFIG, VERSION, type ControlConfig } from '../config/index.js';
import type { Secret } from '../secrets/index.js';
import type { Hub, HubName } from './hub.js';
import { HuggingFace } from './huggingface.js';
import { ModelScope } from './modelscope.js';
import { SafeHttp } from './safe-http.js';

export interface HubEndpoint {
  readonly base: URL;
  /** Sent to the origin of `base` and nowhere else. */
  readonly token: Secret | null;
}

export const DEFAULT_ADDRESS: Readonly<Record<HubName, string>> = { modelscope: 'https://www.modelscope.cn', huggingface: 'https://huggingface.co' };

/** The hubs, behind one interface. Where they are comes from whoever keeps the settings: this room lies below that one. */
@Injectable()
export class Hubs implements OnModuleDestroy {
  readonly #http: SafeHttp;
  readonly #hubs: Readonly<Record<HubName, Hub>>;
  #endpointOf = (name: HubName): HubEndpoint => ({ base: new URL(DEFAULT_ADDRESS[name]), token: null });

  constructor(@Inject(CONTROL_CONFIG) config: ControlConfig) {
    const ownPorts = new Set([config.console.port, config.agents.port, config.enrolment.port]);
    this.#http = new SafeHttp({ trustedHosts: config.hubs.trustedHosts, ownPorts, userAgent: `openstation/${VERSION}` });
    this.#hubs = {
      modelscope: new ModelScope(this.#http, () => this.#endpointOf('modelscope')),
      huggingface: new HuggingFace(this.#http, () => this.#endpointOf('huggingface')),
    };
  }

  provide(endpointOf: (name: HubName) => HubEndpoint): void {
    this.#endpointOf = endpointOf;
  }

  of(name: HubName): Hub {
    return this.#hubs[name];
  }

  onModuleDestroy(): void {
    this.#http.close();
  }
}
