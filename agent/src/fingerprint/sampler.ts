import { performance } from 'node:perf_hooks';
import type { GpuMetrics, Metrics } from '@openstation/proto';
import type { DiskSpace, DiskSpaces } from './disk-space.js';
import { currentMounts } from './fingerprint.js';
import { readText } from './host-facts.js';
import { diskMounts, mountOf } from './mounts.js';
import { cpuRatio, parseCpuTimes, parseDiskTraffic, parseLoad, parseMemory, parseNetwork, type CpuTimes } from './proc-files.js';

export interface MountUse {
  readonly mount: string;
  readonly space: DiskSpace | undefined;
  /** The models lie on it. */
  readonly own: boolean;
}

/** Cheap measurements of the moment: a few reads of /proc and what others found out in the background. */
export class Sampler {
  #cpu: CpuTimes | undefined;
  #sampledAt: number | undefined;

  constructor(private readonly dataDir: string, private readonly disks: DiskSpaces, private readonly gpus: () => readonly GpuMetrics[]) {}

  /** Never rejects, and takes no longer than a disk may take to answer. */
  async sample(): Promise<Metrics> {
    const [stat, meminfo, loadavg, netDev, diskstats, uses] = await Promise.all([
      readText('/proc/stat'), readText('/proc/meminfo'), readText('/proc/loadavg'), readText('/proc/net/dev'), readText('/proc/diskstats'), this.diskUse(),
    ]);
    const cpu = parseCpuTimes(stat);
    const ratio = cpuRatio(this.#cpu, cpu);
    this.#cpu = cpu;
    const memory = parseMemory(meminfo);
    const network = parseNetwork(netDev);
    const traffic = parseDiskTraffic(diskstats);
    return {
      cpuRatio: ratio,
      memoryUsedBytes: memory.usedBytes,
      swapUsedBytes: memory.swapUsedBytes,
      load1: parseLoad(loadavg),
      networkRxBytes: network?.inBytes,
      networkTxBytes: network?.outBytes,
      diskReadBytes: traffic?.inBytes,
      diskWriteBytes: traffic?.outBytes,
      diskUsedBytes: uses.find((use) => use.own)?.space?.usedBytes,
      disks: uses.map(({ mount, space }) => ({ mount, usedBytes: space?.usedBytes })),
      gpus: [...this.gpus()],
      intervalMs: this.#interval(),
    };
  }

  /** In the order of the inventory's disks. */
  async diskUse(): Promise<MountUse[]> {
    try {
      const mounts = await currentMounts();
      const own = mountOf(mounts, this.dataDir);
      return await Promise.all(diskMounts(mounts, this.dataDir).map(async (mount) => ({ mount: mount.path, space: await this.disks.of(mount), own: mount.deviceNumber === own?.deviceNumber })));
    } catch {
      return []; // no /proc: nothing is known of disks
    }
  }

  /** 0 for the first sample: there is nothing to divide by. */
  #interval(): number {
    const now = performance.now();
    const before = this.#sampledAt;
    this.#sampledAt = now;
    return before === undefined ? 0 : Math.round(now - before);
  }
}
