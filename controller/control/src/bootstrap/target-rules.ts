import { Inject, Injectable } from '@nestjs/common';
import { CONTROL_CONFIG, type ControlConfig } from '../config/index.js';
import { targetAddress } from './target-address.js';

/** Which addresses may be a node, as this installation is configured. */
@Injectable()
export class TargetRules {
  constructor(@Inject(CONTROL_CONFIG) private readonly config: ControlConfig) {}

  /** @throws ApiError naming the field `host` */
  addressOf(host: string): Promise<string> {
    return targetAddress(host, { allowLoopback: this.config.bootstrap.allowLoopback });
  }
}
