import type { Gpu, GpuMetrics } from '@openstation/proto';
import type { DeviceEvent, DeviceFault, DeviceReading, DeviceSurvey } from './device-source.js';
import { pciKey } from './pci-address.js';

/** A card this node has or had since it started, and what is known of it now. */
export interface KnownDevice {
  readonly gpu: Gpu;
  readonly metrics: GpuMetrics;
  /** Complete answers in a row that did not list it. */
  readonly missed: number;
  /** Newest event of the kernel about it; the newest grave one outweighs it. */
  readonly event: DeviceEvent | undefined;
}

/** One list without a card may be a race of the tool with its driver; two are none. */
const MISSED_IS_LOST = 2;

/**
 * What is known after one more answer. A card is never forgotten while the machine runs: one that is not told of is
 * lost, in error or unknown, and its numbers are absent, but its name and size stay.
 */
export function afterSurvey(known: readonly KnownDevice[], survey: DeviceSurvey): KnownDevice[] {
  const readings = new Map(survey.readings.map((reading) => [reading.gpu.uuid, reading]));
  const before = new Map(known.map((device) => [device.gpu.uuid, device]));
  const uuids = new Set([...before.keys(), ...readings.keys()]);
  const next = [...uuids].flatMap((uuid) => {
    const device = before.get(uuid);
    const reading = readings.get(uuid);
    if (reading) return [told(device, reading)];
    return device ? [untold(device, survey)] : [];
  });
  return next.sort((a, b) => a.gpu.index - b.gpu.index);
}

/** The kernel's words come on top: they say what the tool's numbers do not. */
export function afterEvents(known: readonly KnownDevice[], events: readonly DeviceEvent[]): KnownDevice[] {
  return known.map((device) => {
    const own = events.filter((event) => concerns(event, device));
    const event = [device.event, ...own].reduce((worst, candidate) => graver(worst, candidate), undefined);
    return { ...device, event, metrics: withEvent(device.metrics, event) };
  });
}

export function concerns(event: { readonly pciAddress: string }, device: KnownDevice): boolean {
  const key = pciKey(event.pciAddress);
  return key !== '' && key === pciKey(device.gpu.pciAddress);
}

function told(before: KnownDevice | undefined, { gpu, metrics }: DeviceReading): KnownDevice {
  const filled = before ? fillGaps(gpu, before.gpu) : gpu;
  const numbers = metrics.health === 'lost' ? { uuid: metrics.uuid, processes: [], health: metrics.health, healthMessage: metrics.healthMessage } : metrics;
  return { gpu: filled, metrics: withEvent(numbers, before?.event), missed: 0, event: before?.event };
}

/** A lost card tells neither name nor size any more: what was known stays true. */
function fillGaps(now: Gpu, before: Gpu): Gpu {
  return {
    ...now,
    name: now.name || before.name,
    memoryBytes: now.memoryBytes || before.memoryBytes,
    driverVersion: now.driverVersion || before.driverVersion,
    computeCapability: now.computeCapability || before.computeCapability,
    pciAddress: now.pciAddress || before.pciAddress,
    powerLimitWatts: now.powerLimitWatts ?? before.powerLimitWatts,
    mig: now.mig ? { ...now.mig, instances: now.mig.instances.length > 0 || !now.mig.enabled ? now.mig.instances : (before.mig?.instances ?? []) } : before.mig,
  };
}

function untold(device: KnownDevice, survey: DeviceSurvey): KnownDevice {
  const fault = survey.faults.find((candidate) => concerns(candidate, device));
  if (fault) return faulty(device, fault);
  switch (survey.state) {
    case 'answered': {
      const missed = device.missed + 1;
      if (missed < MISSED_IS_LOST && device.metrics.health !== 'lost') return { ...device, missed };
      return silent({ ...device, missed }, 'lost', 'the driver does not list this card any more: it fell off the bus or was taken out');
    }
    case 'absent':
      return silent(device, 'error', 'the tool of the driver is gone: was the driver removed?');
    case 'hanging':
      return silent(device, 'unknown', survey.error);
    case 'failed':
      // What one answer said for sure is not unsaid by half of another.
      return device.metrics.health === 'lost' ? device : silent(device, survey.readings.length > 0 ? 'unknown' : 'error', survey.error);
  }
}

function faulty(device: KnownDevice, fault: DeviceFault): KnownDevice {
  return silent(device, fault.lost ? 'lost' : 'error', fault.text);
}

function silent(device: KnownDevice, health: string, healthMessage: string): KnownDevice {
  const { uuid } = device.gpu;
  return { ...device, metrics: withEvent({ uuid, processes: [], health, healthMessage }, device.event) };
}

function withEvent(metrics: GpuMetrics, event: DeviceEvent | undefined): GpuMetrics {
  if (!event) return metrics;
  const grave = event.severity === 'error' && metrics.health === 'ok';
  return { ...metrics, xid: event.number, ...(grave ? { health: 'xid', healthMessage: `Xid ${event.number}: ${event.meaning}` } : {}) };
}

/** A grave event is kept until the machine restarts, whatever harmless ones follow; among equals the newer one counts. */
function graver(a: DeviceEvent | undefined, b: DeviceEvent | undefined): DeviceEvent | undefined {
  if (!a || !b) return a ?? b;
  if (a.severity === 'error' && b.severity !== 'error') return a;
  return b;
}
