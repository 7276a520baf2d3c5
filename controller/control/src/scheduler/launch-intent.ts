import { LaunchIntent, NetworkMode } from '@openstation/proto';
import { engineById } from '../engines/index.js';
import type { InstanceRow } from '../instances/index.js';
import type { ModelRow } from '../models/index.js';
import { readParameters } from '../engines/index.js';
import type { Plan } from './plan-types.js';

/** Shared memory of an engine that works on several cards: its workers exchange tensors through it. */
const SHM_BYTES = 10 * 2 ** 30;
/** Without progress for so long an instance that loads counts as failed. Large models on slow disks load for minutes. */
const LOAD_DEADLINE_SECONDS = 900;

/** What one node is told to start. Pure. */
export function launchIntent(instance: Pick<InstanceRow, 'serviceId' | 'serviceName' | 'wish'>, model: ModelRow, plan: Plan, gpuUuids: readonly string[]): LaunchIntent {
  const engine = engineById(instance.wish.engine);
  const spec = {
    contextLength: plan.contextLength, parallel: plan.parallel, cards: gpuUuids.length, nodes: 1, cores: 0, kvCacheBytes: plan.memory.kvCacheBytes,
    extraArgv: readParameters(engine, instance.wish.parameters).argv,
  };
  return LaunchIntent.fromPartial({
    serviceId: instance.serviceId, serviceName: instance.serviceName, engine: engine.id, image: '', argv: engine.argv(spec), env: engine.env(spec),
    model: { modelId: model.id, name: model.name, manifestDigest: model.digest ?? '', totalBytes: model.bytes, entry: model.entry ?? '' },
    gpuUuids: [...gpuUuids], shmBytes: gpuUuids.length > 0 ? SHM_BYTES : 0, network: NetworkMode.SINGLE,
    memoryLimitBytes: 0, cpuCores: 0, loadDeadlineSeconds: LOAD_DEADLINE_SECONDS,
  });
}
