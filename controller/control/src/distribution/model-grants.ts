import { Injectable, type OnModuleInit } from '@nestjs/common';
import { formatModelGrant } from '@openstation/proto';
import { Clock } from '../config/index.js';
import { Authority } from '../pki/index.js';

/** Long enough to finish from other nodes while the controller is away, short enough to end by itself. */
const GRANT_MS = 6 * 3_600_000;

/**
 * What a node shows to other nodes. Signed with a key that lives as long as this process, certified as the controller's own by
 * the cluster's root: any node can check it without asking. A removed node is refused by its certificate, not by its grant.
 */
@Injectable()
export class ModelGrants implements OnModuleInit {
  #signer = { keyPem: '', certificatePem: '' };

  constructor(
    private readonly authority: Authority,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    const { keyPem, chainPem } = await this.authority.issueServer([]);
    this.#signer = { keyPem, certificatePem: chainPem };
  }

  grant(nodeId: string, manifestDigest: string): { grant: string; grantExpiresAtMs: number } {
    const expiresAtMs = this.clock.now() + GRANT_MS;
    return { grant: formatModelGrant({ nodeId, manifestDigest, expiresAtMs }, this.#signer), grantExpiresAtMs: expiresAtMs };
  }
}
