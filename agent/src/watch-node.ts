import { sleep, type Logger } from '@openstation/kit';
import { performance } from 'node:perf_hooks';
import type { DeviceEvent, DeviceWatch } from './devices/index.js';
import type { DriverWatch, Sampler } from './fingerprint/index.js';
import type { NodeMemory, NodeMemoryFile } from './node-memory.js';
import { nodeChanges, type NodeView, type NoticeBox } from './notices/index.js';

export interface NodeWatchParts {
  readonly devices: DeviceWatch;
  readonly drivers: DriverWatch;
  readonly sampler: Pick<Sampler, 'diskUse'>;
  readonly memory: NodeMemory;
  readonly file: NodeMemoryFile;
  readonly notices: NoticeBox;
  /** Called after every look: the inventory may have changed. */
  readonly onLook: () => Promise<void>;
  readonly log: Logger;
}

const EVERY_MS = 5000;

/** Looks at cards, container engines and disks side by side: one that hangs delays none of the others, and no heartbeat. */
export async function watchNode(parts: NodeWatchParts, signal: AbortSignal): Promise<void> {
  const events: (DeviceEvent & { uuid: string })[] = [];
  const repeat = async (act: () => Promise<void>): Promise<void> => {
    while (!signal.aborted) {
      await act().catch((error: unknown) => parts.log.warn({ err: error }, 'looking at this node failed and is tried again'));
      await sleep(EVERY_MS, signal);
    }
  };
  const teller = new Teller(parts);
  await Promise.all([
    repeat(async () => void events.push(...(await parts.devices.look()))),
    repeat(() => parts.drivers.look()),
    repeat(() => teller.tell(events.splice(0))),
  ]);
}

class Teller {
  #memory: NodeMemory;
  #before: NodeView | undefined;

  constructor(private readonly parts: NodeWatchParts) {
    this.#memory = parts.memory;
  }

  async tell(events: readonly (DeviceEvent & { uuid: string })[]): Promise<void> {
    const { parts } = this;
    const fresh = events.filter((event) => event.sinceBootMs > this.#memory.eventsUntilMs);
    const view = await this.#view(fresh);
    const { told, notices } = nodeChanges(this.#memory.told, view, this.#before);
    this.#before = view;
    for (const notice of notices) {
      parts.log.warn({ code: notice.code, subject: notice.subject, message: notice.message }, 'notice');
      parts.notices.put(notice);
    }
    const eventsUntilMs = fresh.reduce((latest, event) => Math.max(latest, event.sinceBootMs), this.#memory.eventsUntilMs);
    this.#memory = { ...this.#memory, devices: parts.devices.known, told, eventsUntilMs, unheard: parts.notices.unheard };
    await parts.file.save(this.#memory);
    await parts.onLook();
  }

  async #view(events: NodeView['events']): Promise<NodeView> {
    const { gpus, metrics } = this.parts.devices.snapshot();
    const disks = await this.parts.sampler.diskUse();
    return {
      atMs: Date.now(),
      gpus: metrics.map(({ uuid, health, healthMessage, eccUncorrected, temperatureCelsius }, at) => ({ uuid, name: gpus[at]?.name ?? '', index: gpus[at]?.index ?? at, health, message: healthMessage, eccUncorrected, temperatureCelsius })),
      events,
      disks: disks.map(({ mount, space }) => ({ mount, usedRatio: space?.usedRatio })),
      engines: this.parts.drivers.states().filter((driver) => driver.name === 'docker'),
      clockOffsetMs: Date.now() - performance.now(),
    };
  }
}
