import { ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import { CONTROL_CONFIG, LOGGER, type ControlConfig } from '../config/index.js';
import { Authority, Revocations } from '../pki/index.js';
import { bind, closeServer, newGrpcServer } from './grpc-port.js';
import { MemberGuard } from './guard-members.js';

/** gRPC for members of the cluster: mutual TLS, a client certificate of ours is required. */
@Injectable()
export class AgentListener implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #server = newGrpcServer();
  readonly #guard: MemberGuard;
  #port = 0;

  constructor(
    private readonly authority: Authority,
    revocations: Revocations,
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#guard = new MemberGuard(authority.clusterId, revocations);
  }

  /** Serves it to members; call before the application starts to listen. */
  addService(definition: ServiceDefinition, implementation: object): void {
    this.#server.addService(definition, this.#guard.wrap(definition, implementation as UntypedServiceImplementation));
  }

  /** The port it listens on; 0 before. */
  get port(): number {
    return this.#port;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { keyPem, chainPem } = await this.authority.issueServer(this.config.console.publicHosts);
    const pair = [{ private_key: Buffer.from(keyPem), cert_chain: Buffer.from(chainPem) }];
    const credentials = ServerCredentials.createSsl(Buffer.from(this.authority.rootPem), pair, true);
    this.#port = await bind(this.#server, this.config.agents.host, this.config.agents.port, credentials);
    this.logger.info({ host: this.config.agents.host, port: this.#port }, 'agents listener is open');
  }

  async onApplicationShutdown(): Promise<void> {
    await closeServer(this.#server);
  }
}
