import { performance } from 'node:perf_hooks';
import type { Gpu, GpuMetrics } from '@openstation/proto';
import type { DeviceEvent, DeviceProcess, DeviceSource, DeviceSurvey } from './device-source.js';
import { afterEvents, afterSurvey, concerns, type KnownDevice } from './known-devices.machine.js';

/** What is known of all cards now; `ageMs` says how old. */
export interface DeviceSnapshot {
  readonly gpus: readonly Gpu[];
  readonly metrics: readonly GpuMetrics[];
  /** Set when a tool is present but cards could not be read: what it said. */
  readonly error: string;
}

const PROCESSES_EVERY_MS = 10_000;
const PARTITIONS_EVERY_MS = 60_000;
/** A node without the tool is asked again: a driver may be installed while the agent runs. */
const ABSENT_AGAIN_MS = 60_000;
/** Numbers older than this are no numbers of now. */
const STALE_AFTER_MS = 20_000;

/** Asks one vendor's tool in the background and keeps the newest answer, so that whoever wants it never waits. */
export class DeviceWatch {
  #known: readonly KnownDevice[];
  #survey: DeviceSurvey | undefined;
  #surveyAt = 0;
  #goodAt: number | undefined;
  #processes: readonly (DeviceProcess & { readonly instanceId: string })[] = [];
  #next = { survey: 0, processes: 0, partitions: 0 };
  #first: Promise<void> | undefined;

  constructor(
    private readonly source: DeviceSource,
    private readonly ownerOf: (pid: number) => Promise<string>,
    /** Cards known before the agent was restarted, of the same start of the machine. */
    remembered: readonly KnownDevice[] = [],
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#known = remembered;
  }

  get known(): readonly KnownDevice[] {
    return this.#known;
  }

  /** Resolves when the tool was asked once, or gave no answer in its time. */
  ready(): Promise<void> {
    this.#first ??= this.#look();
    return this.#first;
  }

  /** One more look. Resolves with what the kernel said meanwhile about cards, each with the card's uuid. Never rejects. */
  async look(): Promise<readonly (DeviceEvent & { readonly uuid: string })[]> {
    await this.ready();
    if (this.now() >= this.#next.survey) await this.#look();
    if (this.#known.length === 0) return [];
    if (this.now() >= this.#next.processes) await this.#lookForProcesses();
    const events = await this.source.events();
    this.#known = afterEvents(this.#known, events);
    return events.flatMap((event) => this.#known.filter((device) => concerns(event, device)).map((device) => ({ ...event, uuid: device.gpu.uuid })));
  }

  snapshot(): DeviceSnapshot {
    const ageMs = this.now() - this.#surveyAt;
    const stale = this.#survey !== undefined && ageMs > STALE_AFTER_MS;
    return {
      gpus: this.#known.map((device) => device.gpu),
      metrics: this.#known.map((device) => (stale ? this.#staleMetrics(device, ageMs) : this.#metrics(device))),
      error: this.#survey?.error ?? '',
    };
  }

  async #look(): Promise<void> {
    const survey = await this.source.survey(this.#known.map(({ gpu }) => ({ uuid: gpu.uuid, pciAddress: gpu.pciAddress })));
    this.#survey = survey;
    this.#surveyAt = this.now();
    if (survey.state === 'answered') this.#goodAt = this.#surveyAt;
    this.#next.survey = survey.state === 'absent' && this.#known.length === 0 ? this.#surveyAt + ABSENT_AGAIN_MS : 0;
    this.#known = afterSurvey(this.#known, survey);
    if (this.#known.some((device) => device.gpu.mig?.enabled) && this.now() >= this.#next.partitions && survey.state === 'answered') await this.#lookForPartitions();
  }

  async #lookForPartitions(): Promise<void> {
    const partitions = await this.source.partitions();
    this.#next.partitions = this.now() + PARTITIONS_EVERY_MS;
    this.#known = this.#known.map((device) => {
      if (device.gpu.mig?.enabled !== true) return device;
      return { ...device, gpu: { ...device.gpu, mig: { enabled: true, instances: [...(partitions.get(device.gpu.uuid) ?? [])] } } };
    });
  }

  async #lookForProcesses(): Promise<void> {
    const processes = this.#survey?.state === 'hanging' ? [] : await this.source.processes();
    this.#processes = await Promise.all(processes.map(async (entry) => ({ ...entry, instanceId: await this.ownerOf(entry.pid) })));
    this.#next.processes = this.now() + PROCESSES_EVERY_MS;
  }

  #metrics({ metrics }: KnownDevice): GpuMetrics {
    const processes = this.#processes.filter((entry) => entry.uuid === metrics.uuid).map(({ pid, name, memoryBytes, instanceId }) => ({ pid, name, memoryBytes, instanceId }));
    if (metrics.health !== 'unknown' || this.#goodAt === undefined) return { ...metrics, processes };
    return { ...metrics, processes, healthMessage: `${metrics.healthMessage} (last complete answer ${seconds(this.now() - this.#goodAt)} ago)` };
  }

  /** The tool is being waited for: what it said last is too old to be called the state of now. */
  #staleMetrics({ metrics }: KnownDevice, ageMs: number): GpuMetrics {
    if (metrics.health === 'lost') return metrics;
    return { uuid: metrics.uuid, processes: [], health: 'unknown', healthMessage: `the tool of the driver does not answer (last answer ${seconds(ageMs)} ago)`, xid: metrics.xid };
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
