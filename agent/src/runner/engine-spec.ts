import { join } from 'node:path';
import { NetworkMode, type LaunchIntent } from '@openstation/proto';
import type { EngineDriver, EnginePlace, EngineSpec } from '../driver/index.js';
import { engineProfile, type GroupLaunch } from '../engines/index.js';
import type { EnginePolicy } from '../policy/index.js';

export interface SpecFacts {
  readonly instanceId: string;
  readonly generation: number;
  readonly intent: LaunchIntent;
  readonly policy: EnginePolicy;
  readonly modelDir: string;
  readonly keyFile: string;
  readonly port: number;
  /** Set for a member of a group. */
  readonly group?: GroupLaunch | undefined;
}

/** Intent + policy + node facts → what a driver starts. Equal facts give an equal specification. */
export function engineSpec(facts: SpecFacts, driver: Pick<EngineDriver, 'name' | 'layout'>): EngineSpec {
  const { intent, policy } = facts;
  const profile = engineProfile(intent.engine);
  const place: EnginePlace = { modelDir: facts.modelDir, keyFile: facts.keyFile, port: facts.port, distributed: intent.network === NetworkMode.DISTRIBUTED };
  const layout = driver.layout(place);
  return {
    instanceId: facts.instanceId,
    generation: facts.generation,
    engine: intent.engine,
    image: imageOf(intent, policy),
    commandLine: profile.commandLine({
      command: driver.name === 'docker' ? (intent.template?.command ?? profile.imageCommand) : (policy.process?.command ?? []),
      modelPath: join(layout.modelDir, intent.model?.entry ?? ''),
      host: layout.host,
      port: layout.port,
      keyFile: layout.keyFile,
      alias: intent.serviceName,
      argv: intent.argv,
      group: facts.group,
    }),
    env: { ...profile.env, ...intent.env, ...(facts.group ? profile.groupEnv?.(facts.group) : {}) },
    place,
    readPaths: policy.process?.readPaths ?? [],
    gpuUuids: intent.gpuUuids,
    shmBytes: intent.shmBytes,
    memoryLimitBytes: intent.memoryLimitBytes,
    cpuCores: intent.cpuCores,
  };
}

/** The intent's image, or the node's own for this engine. */
export function imageOf(intent: LaunchIntent, policy: EnginePolicy): string {
  return intent.image === '' ? (policy.image ?? '') : intent.image;
}

/**
 * Which driver carries this engine here. A named image asks for Docker; otherwise a local program is preferred.
 * Undefined when neither way exists.
 */
export function driverFor(intent: LaunchIntent, policy: EnginePolicy, available: readonly EngineDriver['name'][]): EngineDriver['name'] | undefined {
  if (available.includes('fake')) return 'fake';
  const process = policy.process && available.includes('process');
  const docker = imageOf(intent, policy) !== '' && available.includes('docker');
  if (docker && (intent.image !== '' || !process)) return 'docker';
  return process ? 'process' : undefined;
}
