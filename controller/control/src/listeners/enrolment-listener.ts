import { ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import { CONTROL_CONFIG, LOGGER, type ControlConfig } from '../config/index.js';
import { Authority } from '../pki/index.js';
import { bind, closeServer, newGrpcServer } from './grpc-port.js';

/** gRPC for those who have no certificate yet: server TLS only. Everything behind it checks its own token. */
@Injectable()
export class EnrolmentListener implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #server = newGrpcServer();
  #port = 0;

  constructor(
    private readonly authority: Authority,
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  addService(definition: ServiceDefinition, implementation: object): void {
    this.#server.addService(definition, implementation as UntypedServiceImplementation);
  }

  /** The port it listens on; 0 before. */
  get port(): number {
    return this.#port;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { keyPem, chainPem } = await this.authority.issueServer(this.config.console.publicHosts);
    const credentials = ServerCredentials.createSsl(null, [{ private_key: Buffer.from(keyPem), cert_chain: Buffer.from(chainPem) }], false);
    this.#port = await bind(this.#server, this.config.enrolment.host, this.config.enrolment.port, credentials);
    this.logger.info({ host: this.config.enrolment.host, port: this.#port }, 'enrolment listener is open');
  }

  async onApplicationShutdown(): Promise<void> {
    await closeServer(this.#server);
  }
}
