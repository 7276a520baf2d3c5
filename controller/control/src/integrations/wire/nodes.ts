import { Node_State, Node_Type, type Node, type NodeCard, type NodeHardware, type NodeSample } from '@openstation/proto';
import type { NodeView } from '../../nodes/index.js';
import { ms, msOrNone } from './instants.js';

const types: Readonly<Record<NodeView['type'], Node_Type>> = { gpu: Node_Type.GPU, cpu: Node_Type.CPU };
const states: Readonly<Record<NodeView['state'], Node_State>> = {
  joining: Node_State.JOINING, healthy: Node_State.HEALTHY, suspect: Node_State.SUSPECT, unreachable: Node_State.UNREACHABLE, removed: Node_State.REMOVED,
};

export function nodeToWire(view: NodeView): Node {
  const { id, name, management, address, services, instanceCount, orphanCount } = view;
  return {
    id, name, management, address, services, instanceCount, orphanCount, type: types[view.type], state: states[view.state], stateSinceMs: ms(view.stateSince),
    agentVersion: view.agentVersion ?? undefined, lastSeenAtMs: msOrNone(view.lastSeenAt), createdAtMs: ms(view.createdAt),
    hardware: view.inventory ? hardware(view.inventory) : undefined, sample: view.metrics ? sample(view.metrics) : undefined, gpus: view.gpus.map(card),
  };
}

function hardware({ gpuError, ...rest }: NonNullable<NodeView['inventory']>): NodeHardware {
  return { ...rest, gpuError: gpuError ?? undefined };
}

function sample({ at, cpuRatio, memoryUsedBytes, diskUsedBytes, load1 }: NonNullable<NodeView['metrics']>): NodeSample {
  return { atMs: ms(at), cpuRatio: cpuRatio ?? undefined, memoryUsedBytes: memoryUsedBytes ?? undefined, diskUsedBytes: diskUsedBytes ?? undefined, load1: load1 ?? undefined };
}

function card({ memoryUsedBytes, utilisationRatio, temperatureCelsius, powerWatts, ...rest }: NodeView['gpus'][number]): NodeCard {
  return {
    ...rest, memoryUsedBytes: memoryUsedBytes ?? undefined, utilisationRatio: utilisationRatio ?? undefined, temperatureCelsius: temperatureCelsius ?? undefined,
    powerWatts: powerWatts ?? undefined,
  };
}
