import { LaunchIntent, NetworkMode, type GroupSeat } from '@openstation/proto';
import { readParameters, type Engine } from '../engines/index.js';
import type { InstanceRow } from '../instances/index.js';
import type { ModelRow } from '../models/index.js';
import { extraArguments } from './extra-arguments.js';
import { PORTS_PER_GROUP, type GroupNetwork } from './group-network.js';
import type { Plan } from './plan-types.js';

/** Shared memory of an engine that works on several cards: its workers exchange tensors through it. */
const SHM_BYTES = 10 * 2 ** 30;
/** Without progress for so long an instance that loads counts as failed. Large models on slow disks load for minutes. */
const LOAD_DEADLINE_SECONDS = 900;

type LaunchedModel = Pick<ModelRow, 'id' | 'name' | 'digest' | 'bytes' | 'entry' | 'codeFiles' | 'codeApprovedBy'>;
type Wished = Pick<InstanceRow, 'serviceId' | 'serviceName' | 'wish'>;

/**
 * What the nodes of a plan are told to start, the head first: the same on all of them but cards and rank. Pure.
 * @param image of a shipped engine; empty: the node's own
 * @param running image or version that the parameters were planned for
 */
export function launchIntents(instance: Wished, engine: Engine, model: LaunchedModel, plan: Plan, network: GroupNetwork | undefined, image = '', running = image): LaunchIntent[] {
  const typed = readParameters(engine, instance.wish.parameters, running).argv;
  return plan.placements.map(({ gpuUuids }, rank) => launchIntent(instance, engine, model, image, typed, plan, gpuUuids, network && groupSeat(network, instance.wish.networkInterface ?? null, rank)));
}

function launchIntent(instance: Wished, engine: Engine, model: LaunchedModel, image: string, typed: readonly string[], plan: Plan, gpuUuids: readonly string[], group: GroupSeat | undefined): LaunchIntent {
  const spec = {
    contextLength: plan.contextLength, parallel: plan.parallel, cards: gpuUuids.length, nodes: plan.placements.length, cores: 0, kvCacheBytes: plan.memory.kvCacheBytes,
    extraArgv: extraArguments(engine, { runsCode: model.codeFiles !== null && model.codeApprovedBy !== null, halved: plan.dataType === 'half' }, typed),
  };
  return LaunchIntent.fromPartial({
    serviceId: instance.serviceId, serviceName: instance.serviceName, engine: engine.id, image: engine.template?.image ?? image, argv: engine.argv(spec), env: engine.env(spec),
    model: { modelId: model.id, name: model.name, manifestDigest: model.digest ?? '', totalBytes: model.bytes, entry: model.entry ?? '' },
    gpuUuids: [...gpuUuids], shmBytes: gpuUuids.length > 0 ? SHM_BYTES : 0, network: group ? NetworkMode.DISTRIBUTED : NetworkMode.SINGLE,
    memoryLimitBytes: 0, cpuCores: 0, loadDeadlineSeconds: LOAD_DEADLINE_SECONDS, group,
    template: engine.template && { command: [...engine.template.command], healthPath: engine.template.healthPath, metricsPath: engine.template.metricsPath ?? '' },
  });
}

/** Members prepare first and wait: engines give up on each other when one still fetches its model. */
function groupSeat({ peers, firstPort }: GroupNetwork, networkInterface: string | null, rank: number): GroupSeat {
  return { rank, size: peers.length, peers: peers.map((peer) => ({ ...peer })), firstPort, portCount: PORTS_PER_GROUP, networkInterface: networkInterface ?? '', hold: true };
}
