import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { Logger } from '@openstation/kit';
import type { ReportTrafficRequest } from '@openstation/proto';
import { MemberFiles, OwnIdentity, findController, renewForever, type MemberRecord, type RenewedParts } from '@openstation/member';
import { apiError } from './api-errors/index.js';
import { VerifiedKeys, keyProblem } from './auth/index.js';
import { InstanceLoad } from './balancer/index.js';
import type { GatewayConfig } from './config/index.js';
import { CallReporter, CallSpool, ControlClient, reportTraffic, runRouteWatch } from './control-link/index.js';
import { obtainIdentity } from './identity/index.js';
import { CallLimits } from './limits/index.js';
import { Cors, Listener, Router } from './listener/index.js';
import { CallDemand, LiveCalls, type CallEnvironment } from './proxy/index.js';
import { RouteStore, SavedTable, type RouteSnapshot } from './route-table/index.js';
import { MutualTlsUpstream } from './upstream/index.js';

/** The whole gateway: the only place that knows all rooms. */
export class Gateway {
  readonly #routes = new RouteStore();
  readonly #live = new LiveCalls();
  readonly #demand = new CallDemand(this.#live, () => performance.now());
  readonly #load = new InstanceLoad(() => performance.now());
  readonly #stopping = new AbortController();
  readonly #reporter: CallReporter;
  readonly #saved: SavedTable;
  readonly #files: MemberFiles;
  readonly #listener: Promise<Listener>;
  #upstream: MutualTlsUpstream | undefined;
  #control: ControlClient | undefined;
  #loops: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly config: GatewayConfig,
    private readonly log: Logger,
    private readonly version: string,
  ) {
    this.#files = new MemberFiles(config.dataDir);
    this.#saved = new SavedTable(config.dataDir, (error) => log.warn({ reason: (error as Error).message }, 'saved route table'));
    this.#reporter = new CallReporter({ send: (calls, dropped) => this.#send(calls, dropped), spool: new CallSpool(config.dataDir), log });
    this.#routes.onSwap((snapshot) => this.#stopRevoked(snapshot));
    this.#listener = this.#createListener();
  }

  /** Listens, serves the saved table if there is one, and joins or connects in the background. */
  async start(onFatal: (error: unknown) => void): Promise<AddressInfo> {
    await this.#reporter.start();
    const known = await this.#files.load();
    const table = await this.#saved.load();
    if (known) this.#useForUpstream(known);
    if (known && table && table.clusterId === known.clusterId) {
      this.#routes.swap(table);
      this.log.info({ version: table.version, routes: table.routes.length }, 'serving the saved route table');
    }
    const address = await (await this.#listener).listen();
    this.log.info({ host: address.address, port: address.port }, 'gateway listens');
    this.#loops = this.#runLink().catch(onFatal);
    return address;
  }

  /** Refuses new calls, lets streams finish within the drain time, breaks the rest with an error, delivers the records. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.log.info({ calls: this.#live.size }, 'draining');
    this.#stopping.abort();
    const listener = await this.#listener;
    const closed = listener.close();
    const breakRest = setTimeout(() => {
      this.#live.stopWhere(() => apiError('shutting_down', 'The gateway is shutting down.'));
      setTimeout(() => listener.destroyConnections(), 500).unref();
    }, this.config.timeouts.drainSeconds * 1000);
    await closed;
    clearTimeout(breakRest);
    this.#upstream?.close();
    await this.#reporter.stop();
    await this.#saved.settled();
    this.#control?.close();
    await this.#loops;
    this.log.info('gateway stopped');
  }

  async #createListener(): Promise<Listener> {
    const { listen, limits, cors, tls } = this.config;
    const router = new Router(this.#environment(), new Cors(cors.origins), () => !this.#stopping.signal.aborted && this.#routes.current() !== undefined);
    return new Listener({
      host: listen.host,
      port: listen.port,
      connections: limits.connections,
      handle: (request, response) => {
        if (this.#stopping.signal.aborted) response.setHeader('connection', 'close');
        router.handle(request, response);
      },
      ...(tls && { tls: { certificate: await readFile(tls.certificateFile), key: await readFile(tls.keyFile) } }),
    });
  }

  #environment(): CallEnvironment {
    const { limits, timeouts } = this.config;
    return {
      snapshot: () => this.#routes.current(),
      upstream: () => this.#upstream,
      report: (record) => this.#reporter.add(record),
      keys: new VerifiedKeys(),
      load: this.#load,
      limits: new CallLimits(limits),
      live: this.#live,
      demand: this.#demand,
      log: this.log,
      bodyBytes: limits.bodyBytes,
      uploadBytes: limits.uploadBytes,
      timeouts: { firstByteMs: timeouts.firstByteSeconds * 1000, idleMs: timeouts.idleSeconds * 1000, totalMs: timeouts.totalSeconds * 1000, commentMs: timeouts.commentSeconds * 1000 },
    };
  }

  async #runLink(): Promise<void> {
    const { signal } = this.#stopping;
    const source = { controlAddress: this.config.control.address, joinToken: this.config.joinToken, joinTokenFile: this.config.joinTokenFile };
    const record = await obtainIdentity(this.#files, source, this.log, signal);
    if (!record) return;
    if (!this.#upstream) this.#useForUpstream(record);
    const identity = new OwnIdentity(this.#files, record);
    const client = new ControlClient(record, this.version);
    this.#control = client;
    const onTable = (table: Parameters<RouteStore['swap']>[0]) => {
      this.#routes.swap(table);
      this.#saved.save(table);
    };
    const request = async (csrDer: Buffer): Promise<RenewedParts> => {
      const { certificateChainPem, authorityPem } = await client.renewCertificate(csrDer);
      return { certificateChainPem, ...(authorityPem !== '' && { authorityPem }) };
    };
    const recovery = () => ({ controlAddress: source.controlAddress, addresses: [], machineId: '', bootId: '' });
    const onRenewed = (renewed: MemberRecord) => {
      this.#useForUpstream(renewed);
      client.use(renewed);
    };
    const findAgain = async () => {
      const moved = await findController(identity, source.controlAddress, this.log, signal);
      if (moved) client.use(identity.record);
      return moved;
    };
    await Promise.all([
      runRouteWatch({ client, haveVersion: () => this.#routes.current()?.version ?? 0, findAgain, onTable, log: this.log }, signal),
      reportTraffic({ send: (traffic) => client.reportTraffic(traffic), traffic: () => this.#traffic(), log: this.log }, signal),
      renewForever({ identity, request, recovery, onRenewed, log: this.log }, signal),
    ]);
  }

  #useForUpstream(record: MemberRecord): void {
    const old = this.#upstream;
    this.#upstream = new MutualTlsUpstream({ ...record, connectMs: this.config.timeouts.connectSeconds * 1000 });
    old?.close();
  }

  #traffic(): ReportTrafficRequest {
    const snapshot = this.#routes.current();
    const load = this.#load.all();
    const demand = this.#demand.all();
    const services = (snapshot?.routes ?? []).map(({ serviceId, targets }) => {
      const { waiting, longestWaitMs } = demand.get(serviceId) ?? { waiting: 0, longestWaitMs: 0 };
      return { serviceId, inFlight: waiting + targets.reduce((sum, { instanceId }) => sum + (load.get(instanceId) ?? 0), 0), waiting, longestWaitMs: Math.round(longestWaitMs) };
    });
    return { routesVersion: snapshot?.version ?? 0, instances: [...load].map(([instanceId, inFlight]) => ({ instanceId, inFlight })), services: services.filter(({ inFlight }) => inFlight > 0) };
  }

  async #send(calls: Parameters<ControlClient['reportCalls']>[0], dropped: number): Promise<void> {
    if (!this.#control) throw new Error('not connected to the controller yet');
    await this.#control.reportCalls(calls, dropped);
  }

  /** A key that was revoked, disabled or has run out loses its running calls too. */
  #stopRevoked(snapshot: RouteSnapshot): void {
    const now = Date.now();
    this.#live.stopWhere((keyId) => {
      const key = snapshot.key(keyId);
      return key ? keyProblem(key, now) : apiError('invalid_api_key', 'This API key has been revoked.');
    });
  }
}
