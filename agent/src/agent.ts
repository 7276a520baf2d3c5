import { mkdir } from 'node:fs/promises';
import { arch, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@openstation/kit';
import { MemberFiles, OwnIdentity, findController, renewForever, type MemberRecord } from '@openstation/member';
import { Assignments } from './assignments/index.js';
import { advertisedAddresses, type AgentConfig } from './config/index.js';
import { connectSession } from './connect-session.js';
import { DataPlane, RevokedMembers } from './data-plane/index.js';
import { hostFacts } from './fingerprint/index.js';
import { ensureMember } from './identity/index.js';
import { FileJournal } from './journal/index.js';
import { LastWords } from './logs/index.js';
import { Membership, NodeLeft } from './membership.js';
import { ModelShare } from './model-share/index.js';
import { NodeKnowledge } from './node-knowledge.js';
import { openModelCache } from './open-model-cache.js';
import { Fence } from './group/index.js';
import { Observer } from './observer/index.js';
import { awaitDocker, openDrivers, tidyForever } from './open-drivers.js';
import { packagedEngine } from './packaged-engine.js';
import { defaultPolicy, loadPolicy } from './policy/index.js';
import { Removal } from './removal/index.js';
import { Reporter } from './reporter/index.js';
import { Runner, Status } from './runner/index.js';
import { ControlCalls, Presence } from './session/index.js';
import { Installation } from './upgrade/index.js';
import { RELEASE_KEYS } from './version.js';

export interface RunningAgent {
  readonly member: MemberRecord;
  readonly dataPort: number;
  /** Rejects with NodeLeft when the node has left its cluster and the agent has ended itself; otherwise it never settles. */
  readonly left: Promise<never>;
  /** Ends the agent; engines go on. */
  stop(): Promise<void>;
  /** Ends every engine of this node, then the agent. */
  stopWithEngines(): Promise<void>;
}

/**
 * Wires the rooms together and starts them. `restart` ends this process so that another version of it is started.
 * @throws ConfigError, JoinError, or what a listener throws
 */
export async function startAgent(config: AgentConfig, version: string, log: Logger, stopping: AbortController, restart: () => void): Promise<RunningAgent> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o711 });
  const policy = await loadPolicy(config.policyFile, defaultPolicy(await packagedEngine(process.argv[1] ?? '', process.execPath), arch()));
  const membership = new Membership(config, log);
  await membership.settle(stopping.signal);
  const addresses = () => advertisedAddresses(config.data.addresses, config.data.host, networkInterfaces());
  const host = await hostFacts();
  const files = new MemberFiles(config.dataDir);
  const joinSettings = { controlAddress: config.control.address, joinToken: config.joinToken, joinTokenFile: config.joinTokenFile, name: config.name, addresses: addresses(), machineId: host.machineId, bootId: host.bootId };
  const member = await ensureMember(files, joinSettings, log, stopping.signal);
  const identity = new OwnIdentity(files, member);

  const journal = await FileJournal.open(join(config.dataDir, 'journal'));
  const instancesDir = join(config.dataDir, 'instances');
  const drivers = await openDrivers(config, instancesDir, member.clusterId, journal.all().some((record) => record.driver === 'docker'));
  const reporter = new Reporter(Date.now);
  const calls = new ControlCalls();
  const presence = new Presence();
  const revoked = await RevokedMembers.open(config.dataDir);
  const models = await openModelCache({ root: join(config.dataDir, 'models'), calls, member: () => identity.record, revoked, journal });
  const observer = new Observer(
    drivers,
    (ids, nowKnown) => (nowKnown ? runner.wakeAll() : ids.forEach((id) => runner.wake(id))),
    (driver, error) => log.warn({ driver, reason: error.message }, 'engines cannot be listed: nothing is concluded until they can'),
  );
  const lastWords = new LastWords(log);
  const runner: Runner = new Runner({ journal, drivers, observer, models, policy, policyFile: config.policyFile, status: new Status(reporter), fence: new Fence(join(config.dataDir, 'fences'), member.memberId), lastWords: (instanceId) => lastWords.tell(instanceId), networkInterfaces, instancesDir, bootId: host.bootId, controller: () => presence.standing(), now: Date.now, log });
  for (const record of journal.all()) runner.parts.status.done(record);
  await runner.tidyFences().catch((error: unknown) => log.warn({ err: error }, 'fences of forgotten instances stay for now'));
  const assignments = new Assignments(journal, (id) => runner.wake(id), (id) => reporter.forget(id), (id) => reporter.repeat(id), Date.now);

  const share = new ModelShare(models, () => identity.record, Date.now, log);
  const dataPlane = new DataPlane(member, (id) => runner.target(id), (id) => runner.succeeded(id), revoked, (peer, request, response) => share.answer(peer, request, response), log);
  const dataPort = await dataPlane.listen(config.data.host, config.data.port);
  const node = await NodeKnowledge.open({ config, policy, host, drivers, observer, addresses, dataPort: () => dataPort, log });
  const left = Promise.withResolvers<never>();
  left.promise.catch(() => undefined); // whoever runs the agent waits for it
  const removal = new Removal(
    { dataDir: config.dataDir, files: membership.files, drivers, stopManaging: () => runner.close(), log, leave: (order) => void stop().then(() => membership.leave(order)).then((message) => left.reject(new NodeLeft(message)), left.reject) },
    stopping.signal,
  );
  const unfinished = await membership.files.order();
  if (unfinished) removal.begin(unfinished.order);

  const installation = await Installation.around(process.argv[1] ?? '');
  const replaceable = installation !== undefined && ['systemd', 'watchdog'].includes(config.serviceManager);
  const release = { installation, own: { version, arch: arch(), keys: RELEASE_KEYS, replaceable } };
  const { signal } = stopping;
  const findAgain = () => findController(identity, config.control.address, log, signal);
  const loops = [
    observer.run(signal),
    tidyForever(drivers, log, signal),
    connectSession({ version, release, restart, member: () => identity.record, findAgain, node, membership, removal, observer, models, revoked, lastWords, modelRoots: policy.modelRoots, assignments, reporter, runner, calls, presence, drivers, log }, signal),
    node.watch(signal),
    awaitDocker(drivers, config, instancesDir, member.clusterId, log, signal),
    renewForever(
      {
        identity,
        request: async (csrDer) => {
          const { certificateChainPem, dataCertificateChainPem, authorityPem } = await calls.renew(csrDer, addresses());
          return { certificateChainPem, dataCertificateChainPem, authorityPem };
        },
        recovery: () => ({ ...joinSettings, addresses: addresses() }),
        onRenewed: (renewed) => dataPlane.renew(renewed),
        log,
      },
      signal,
    ),
  ];
  log.info({ nodeId: member.memberId, clusterId: member.clusterId, dataPort, drivers: drivers.map((driver) => driver.name) }, 'agent started');

  const stop = async (): Promise<void> => {
    stopping.abort(new Error('the agent stops'));
    await runner.close();
    await dataPlane.close();
    await Promise.all(loops);
    await journal.close();
  };
  return {
    member,
    dataPort,
    left: left.promise,
    stop,
    stopWithEngines: async () => {
      await runner.stopAllEngines();
      await stop();
    },
  };
}
