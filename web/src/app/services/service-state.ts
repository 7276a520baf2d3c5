import type { Instance, Service } from '../api';
import { formatBytes, type Tone } from '../ui-kit';

/** How a service is shown: its own state, except that one without instances because nobody calls it sleeps, which the next call ends. */
export type ServiceShown = Service['state'] | 'asleep';

export function serviceShown({ state, stopped, scaling }: Pick<Service, 'state' | 'stopped' | 'scaling'>): ServiceShown {
  return state === 'stopped' && !stopped && scaling !== null ? 'asleep' : state;
}

const serviceTones: Readonly<Record<ServiceShown, Tone>> = {
  deploying: 'busy', ready: 'ok', degraded: 'warn', failed: 'bad', stopped: 'idle', asleep: 'idle', deleting: 'busy',
};

export function serviceTone(state: ServiceShown): Tone {
  return serviceTones[state];
}

/** Groups of the list's filter; each service is in one of them. */
export const serviceGroups = ['well', 'moving', 'trouble', 'off'] as const;
export type ServiceGroup = (typeof serviceGroups)[number];

const groupOfTone: Readonly<Record<Tone, ServiceGroup>> = { ok: 'well', busy: 'moving', warn: 'trouble', bad: 'trouble', idle: 'off' };

export function serviceGroup(service: Parameters<typeof serviceShown>[0]): ServiceGroup {
  return groupOfTone[serviceTone(serviceShown(service))];
}

/** How an instance is shown: its own state, except that a silent node and a stop under way say more. */
export type InstanceShown = Instance['state'] | 'ready' | 'unknown' | 'stopping';

export function instanceShown(instance: Instance): InstanceShown {
  if (instance.unknown) return 'unknown';
  if (instance.desired === 'stop' && instance.state !== 'stopped' && instance.state !== 'failed') return 'stopping';
  if (instance.state === 'running' && instance.ready) return 'ready';
  return instance.state;
}

/** A member of a group that runs is as ready as the group: only its head answers. */
export function memberShown({ state }: Instance['members'][number], group: InstanceShown): InstanceShown {
  return state === 'running' && group === 'ready' ? 'ready' : state;
}

const instanceTones: Readonly<Record<InstanceShown, Tone>> = {
  pending: 'idle', assigned: 'busy', preparing: 'busy', starting: 'busy', loading: 'busy', running: 'busy',
  ready: 'ok', stopping: 'busy', stopped: 'idle', failed: 'bad', unknown: 'warn',
};

export function instanceTone(shown: InstanceShown): Tone {
  return instanceTones[shown];
}

/** Whether a progress bar says anything about the instance: it is wanted, not there yet, and its node is heard. */
export function isOnItsWay(instance: Instance): boolean {
  const shown = instanceShown(instance);
  return shown === 'pending' || (shown !== 'unknown' && shown !== 'stopping' && instanceTone(shown) === 'busy');
}

/** The instance whose progress and log stand for the whole service: the least advanced one on its way, else a failed one; of a failed service the failed one. */
export function instanceInFocus(service: Service): Instance | null {
  const onTheWay = service.instances.filter(isOnItsWay).sort((a, b) => a.percent - b.percent);
  const failed = service.instances.find((instance) => instance.state === 'failed') ?? null;
  return service.state === 'failed' ? (failed ?? onTheWay[0] ?? null) : (onTheWay[0] ?? failed);
}

/** What goes on beside the phase: bytes of a model on its way to the node, else what the node says about it, such as the layers of an image. */
export function progressDetail({ modelBytesDone, modelBytesTotal, phase, message, state }: Instance): string {
  if (modelBytesDone !== null && modelBytesTotal !== null && modelBytesTotal > 0 && modelBytesDone < modelBytesTotal) return `${formatBytes(modelBytesDone)} / ${formatBytes(modelBytesTotal)}`;
  return phase === 'image' && state !== 'failed' ? message : '';
}

const healthTones: Readonly<Record<Instance['health'], Tone>> = { ok: 'ok', busy: 'busy', hung: 'bad', dead: 'bad', starting: 'busy', unknown: 'warn' };

export function healthTone(health: Instance['health']): Tone {
  return healthTones[health];
}

/** Whether another try makes sense now: something that is wanted failed. */
export function mayRetry({ state, stopped, instances }: Service): boolean {
  return !stopped && state !== 'deleting' && instances.some((instance) => instance.state === 'failed' && instance.desired === 'run');
}

/** How far a change is rolled out; null while every instance runs the newest revision. `stuck`: an instance of it has failed, those of the one before go on. */
export function rollout({ revision, outdatedInstances, wantedInstances, instances }: Service): { readonly revision: number; readonly done: number; readonly total: number; readonly stuck: boolean } | null {
  if (outdatedInstances <= 0) return null;
  const total = Math.max(wantedInstances, outdatedInstances);
  const renewed = instances.filter((instance) => instance.revision === revision && instanceShown(instance) === 'ready').length;
  return { revision, done: Math.min(renewed, total), total, stuck: instances.some((instance) => instance.revision === revision && instance.state === 'failed') };
}

/** First three groups of a UUID, as the guide's instance table shows it. */
export function shortId(id: string): string {
  const groups = id.split('-');
  return groups.length === 5 ? groups.slice(0, 3).join('-') : id.slice(0, 18);
}

/** Stopping this one leaves the service without an answer. */
export function isLastReady(service: Service, instanceId: string): boolean {
  const ready = service.instances.filter((instance) => instanceShown(instance) === 'ready');
  return ready.length === 1 && ready[0]?.id === instanceId;
}
