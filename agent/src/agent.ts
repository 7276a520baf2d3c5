import { mkdir, stat } from 'node:fs/promises';
import { arch, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { sleep, type Logger } from '@openstation/kit';
import { MemberFiles, OwnIdentity, findController, renewForever, type MemberRecord } from '@openstation/member';
import { Assignments } from './assignments/index.js';
import { advertisedAddresses, type AgentConfig } from './config/index.js';
import { connectSession } from './connect-session.js';
import { DataPlane } from './data-plane/index.js';
import { ProcessDriver, openDockerDriver, type EngineDriver } from './driver/index.js';
import { NvidiaSmi, Sampler, bootId, machineId, takeInventory } from './fingerprint/index.js';
import { ensureMember } from './identity/index.js';
import { FileJournal } from './journal/index.js';
import { ModelCache } from './model-cache/index.js';
import { Observer } from './observer/index.js';
import { packagedEngine } from './packaged-engine.js';
import { defaultPolicy, loadPolicy } from './policy/index.js';
import { Reporter } from './reporter/index.js';
import { Runner, Status } from './runner/index.js';
import { ControlCalls } from './session/index.js';

export interface RunningAgent {
  readonly member: MemberRecord;
  readonly dataPort: number;
  /** Ends the agent; engines go on. */
  stop(): Promise<void>;
  /** Ends every engine of this node, then the agent. */
  stopWithEngines(): Promise<void>;
}

/** Wires the rooms together and starts them. @throws ConfigError, JoinError, or what a listener throws */
export async function startAgent(config: AgentConfig, version: string, log: Logger, stopping: AbortController): Promise<RunningAgent> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o711 });
  const policy = await loadPolicy(config.policyFile, defaultPolicy(await packagedEngine(process.argv[1] ?? '', process.execPath), arch()));
  const addresses = advertisedAddresses(config.data.addresses, config.data.host, networkInterfaces());
  const files = new MemberFiles(config.dataDir);
  const joinSettings = { controlAddress: config.control.address, joinToken: config.joinToken, joinTokenFile: config.joinTokenFile, name: config.name, addresses, machineId: await machineId(), bootId: await bootId() };
  const member = await ensureMember(files, joinSettings, log, stopping.signal);
  const identity = new OwnIdentity(files, member);

  const journal = await FileJournal.open(join(config.dataDir, 'journal'));
  const instancesDir = join(config.dataDir, 'instances');
  const drivers = await makeDrivers(config, instancesDir, member.clusterId, journal.all().some((record) => record.driver === 'docker'));
  const reporter = new Reporter(Date.now);
  const calls = new ControlCalls();
  const models = new ModelCache(join(config.dataDir, 'models'), calls);
  const observer = new Observer(
    drivers,
    (ids, nowKnown) => (nowKnown ? runner.wakeAll() : ids.forEach((id) => runner.wake(id))),
    (driver, error) => log.warn({ driver, reason: error.message }, 'engines cannot be listed: nothing is concluded until they can'),
  );
  const runner: Runner = new Runner({ journal, drivers, observer, models, policy, status: new Status(reporter), instancesDir, now: Date.now, log });
  for (const record of journal.all()) runner.parts.status.done(record);
  const assignments = new Assignments(journal, (id) => runner.wake(id), (id) => reporter.forget(id), Date.now);

  const dataPlane = new DataPlane(member, (id) => runner.target(id), log);
  const dataPort = await dataPlane.listen(config.data.host, config.data.port);
  const gpus = new NvidiaSmi();
  const inventory = () => takeInventory({ dataDir: config.dataDir, drivers, policy, gpus, addresses, dataPort: () => dataPort });
  const hasGpus = (await gpus.survey()).readings.length > 0;
  const sampler = new Sampler(config.dataDir, gpus, () => hasGpus);

  const { signal } = stopping;
  const findAgain = () => findController(identity, config.control.address, log, signal);
  const loops = [
    observer.run(signal),
    tidyForever(drivers, log, signal),
    connectSession({ version, member: () => identity.record, findAgain, inventory, sampler, observer, models, assignments, reporter, runner, calls, drivers, log }, signal),
    renewForever(
      {
        identity,
        request: async (csrDer) => {
          const { certificateChainPem, dataCertificateChainPem, authorityPem } = await calls.renew(csrDer, addresses);
          return { certificateChainPem, dataCertificateChainPem, authorityPem };
        },
        recovery: () => joinSettings,
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
    stop,
    stopWithEngines: async () => {
      await runner.stopAllEngines();
      await stop();
    },
  };
}

/** Docker counts as present when its socket is: an engine that is down is waited for, not concluded from. */
async function makeDrivers(config: AgentConfig, instancesDir: string, clusterId: string, journaledDocker: boolean): Promise<EngineDriver[]> {
  const drivers: EngineDriver[] = [];
  if (config.driver !== 'docker') drivers.push(new ProcessDriver(instancesDir, clusterId));
  const wantsDocker = config.driver === 'docker' || (config.driver === 'auto' && (journaledDocker || (await isSocket(config.docker.socket))));
  if (wantsDocker) drivers.push(await openDockerDriver(config.docker.socket, instancesDir, clusterId));
  return drivers;
}

async function isSocket(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isSocket();
  } catch {
    return false; // no such file: a node without Docker
  }
}

const TIDY_EVERY_MS = 5000;

async function tidyForever(drivers: readonly EngineDriver[], log: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const driver of drivers) await driver.tidy().catch((error: unknown) => log.warn({ driver: driver.name, reason: (error as Error).message }, 'logs could not be rotated'));
    await sleep(TIDY_EVERY_MS, signal);
  }
}
