import { stat } from 'node:fs/promises';
import { sleep, type Logger } from '@openstation/kit';
import type { AgentConfig } from './config/index.js';
import { ProcessDriver, openDockerDriver, type EngineDriver } from './driver/index.js';

const LOOK_FOR_DOCKER_EVERY_MS = 10_000;
const TIDY_EVERY_MS = 5000;

/** Docker counts as present when its socket is: an engine that is down is waited for, not concluded from. */
export async function openDrivers(config: AgentConfig, instancesDir: string, clusterId: string, journaledDocker: boolean): Promise<EngineDriver[]> {
  const drivers: EngineDriver[] = [];
  if (config.driver !== 'docker') drivers.push(new ProcessDriver(instancesDir, clusterId));
  const wantsDocker = config.driver === 'docker' || (config.driver === 'auto' && (journaledDocker || (await isSocket(config.docker.socket))));
  if (wantsDocker) drivers.push(await openDockerDriver(config.docker.socket, instancesDir, clusterId));
  return drivers;
}

/** Docker may be installed while the agent runs: its driver joins the others when its socket appears. */
export async function awaitDocker(drivers: EngineDriver[], config: AgentConfig, instancesDir: string, clusterId: string, log: Logger, signal: AbortSignal): Promise<void> {
  if (config.driver !== 'auto') return;
  while (!signal.aborted && !drivers.some((driver) => driver.name === 'docker')) {
    await sleep(LOOK_FOR_DOCKER_EVERY_MS, signal);
    if (signal.aborted || !(await isSocket(config.docker.socket))) continue;
    drivers.push(await openDockerDriver(config.docker.socket, instancesDir, clusterId));
    log.info({ socket: config.docker.socket }, 'Docker is here now');
  }
}

export async function tidyForever(drivers: readonly EngineDriver[], log: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const driver of drivers) await driver.tidy().catch((error: unknown) => log.warn({ driver: driver.name, reason: (error as Error).message }, 'logs could not be rotated'));
    await sleep(TIDY_EVERY_MS, signal);
  }
}

async function isSocket(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isSocket();
  } catch {
    return false; // no such file: a node without Docker
  }
}
