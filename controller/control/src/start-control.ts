import 'reflect-metadata';
import type { NestApplicationOptions, Type } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from '@openstation/kit';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { AppModule } from './app.module.js';
import { Clock, VERSION, type ControlConfig } from './config/index.js';
import { API_PREFIX, LocalAdmin, consoleCertificate, makeConsoleAdapter, requireEndpoints } from './http/index.js';
import { buildOpenApi } from './http/openapi.js';
import { Authority } from './pki/index.js';
import { openSecrets } from './secrets/index.js';
import { SettingsRow } from './settings/settings.store.js';
import { Store } from './store/index.js';
import { WebUi } from './webui/index.js';

export interface RunningControl {
  readonly app: NestFastifyApplication;
  readonly store: Store;
  readonly consolePort: number;
  close(): Promise<void>;
}

export interface StartOptions {
  readonly config: ControlConfig;
  readonly logger: Logger;
  readonly cluster: Type;
  readonly clock?: Clock;
}

/** Bodies are parsed by our own rules; a failed start is told to the caller instead of ending the process. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares this bag of options as a class
const NEST_OPTIONS: NestApplicationOptions = { logger: ['error', 'warn'], bodyParser: false, abortOnError: false };

/** Opens everything in the order in which it depends on each other, and listens last. */
export async function startControl({ config, logger, cluster, clock = new Clock() }: StartOptions): Promise<RunningControl> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const store = await Store.open({
    dataDir: config.dataDir,
    databaseUrl: config.database.url,
    onEffectError: (error) => logger.error({ err: error }, 'an effect after a commit failed'),
  });
  try {
    return await startWithStore({ config, logger, cluster, clock }, store);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function startWithStore({ config, logger, cluster, clock }: Required<StartOptions>, store: Store): Promise<RunningControl> {
  const secrets = await openSecrets(config.dataDir, store);
  const authority = await Authority.open(store, secrets.box, config.identity.certificateHours * 3_600_000);
  const { publicHost } = await store.manager.findOneByOrFail(SettingsRow, { id: 1 });
  const hosts = [...new Set([...config.console.publicHosts, ...(publicHost === null ? [] : [publicHost])])];
  const certificate = await consoleCertificate(secrets.vault, authority, hosts, clock.now());
  const localAdmin = LocalAdmin.make();
  const webUi = new WebUi(config.webRoot, new Map([[`${API_PREFIX}/openapi.json`, JSON.stringify(buildOpenApi('v1'))]]), logger);
  const adapter = makeConsoleAdapter({
    keyPem: certificate.keyPem,
    certificateChainPem: certificate.chainPem,
    documents: webUi,
  });
  const root = AppModule.of({ config, logger, clock, store, secrets, authority, localAdmin, consoleFingerprint: certificate.fingerprint, consolePin: certificate.pin }, cluster);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, NEST_OPTIONS);
  try {
    requireEndpoints(app.get(ModulesContainer));
    await app.listen(config.console.port, config.console.host);
  } catch (error) {
    await app.close();
    throw error;
  }
  await localAdmin.publish(config.dataDir);
  const { port } = app.getHttpServer().address() as AddressInfo;
  logger.info({ version: VERSION, host: config.console.host, port, fingerprint: certificate.fingerprint, database: store.dialect }, 'console is open');
  return {
    app, store, consolePort: port,
    close: async () => {
      await app.close();
      await store.close();
    },
  };
}
