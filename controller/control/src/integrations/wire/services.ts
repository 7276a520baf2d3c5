import { Instance_State, Service_State, type Instance, type Service, type ServiceWish } from '@openstation/proto';
import type { InstanceView } from '../../instances/index.js';
import type { ServiceView } from '../../services/index.js';
import { nameOf } from './enum-names.js';
import { ms, msOrNone } from './instants.js';
import { modes } from './modes.js';

const states: Readonly<Record<ServiceView['state'], Service_State>> = {
  deploying: Service_State.DEPLOYING, ready: Service_State.READY, degraded: Service_State.DEGRADED, failed: Service_State.FAILED, stopped: Service_State.STOPPED,
  deleting: Service_State.DELETING,
};
const instanceStates: Readonly<Record<InstanceView['state'], Instance_State>> = {
  pending: Instance_State.PENDING, assigned: Instance_State.ASSIGNED, preparing: Instance_State.PREPARING, starting: Instance_State.STARTING, loading: Instance_State.LOADING,
  running: Instance_State.RUNNING, stopped: Instance_State.STOPPED, failed: Instance_State.FAILED,
};

/** A wish as the REST API's body, unchecked. What was left out stays out, so that the schema's defaults hold. */
export function serviceWish({ mode, engine, contextLength, parallel, instances, ...rest }: ServiceWish): Record<string, unknown> {
  return { ...rest, mode: nameOf(modes, mode), engine, contextLength, parallel, instances };
}

export function serviceToWire(view: ServiceView): Service {
  const { id, name, modelId, modelName, modelPath, engine, parameters, argv, contextLength, parallel, wantedInstances, readyInstances, phase, message, generation, createdBy } = view;
  return {
    id, name, modelId, modelName, modelPath, engine, parameters, argv, contextLength, parallel, wantedInstances, readyInstances, phase, message, generation, createdBy,
    mode: modes[view.mode], state: states[view.state], percent: view.percent ?? undefined, instances: view.instances.map(instanceToWire),
    createdAtMs: ms(view.createdAt), readyAtMs: msOrNone(view.readyAt),
  };
}

function instanceToWire(view: InstanceView): Instance {
  const { id, serviceId, slot, gpuIndexes, ready, unknown, phase, percent, message, reason, handle, generation } = view;
  return {
    id, serviceId, slot, gpuIndexes, ready, unknown, phase, percent, message, reason, handle, generation, nodeId: view.nodeId ?? undefined, nodeName: view.nodeName ?? undefined,
    state: instanceStates[view.state], wanted: view.desired === 'run', memoryBytes: view.memoryBytes ?? undefined, createdAtMs: ms(view.createdAt), stateSinceMs: ms(view.stateSince),
  };
}
