import { readFile, statfs } from 'node:fs/promises';
import type { Metrics } from '@openstation/proto';
import type { NvidiaSmi } from './nvidia-smi.js';
import { cpuRatio, parseCpuTimes, parseMemory, parseNetwork, type CpuTimes } from './proc-files.js';

/** Cheap measurements of the moment: a few reads of /proc, and nvidia-smi only where GPUs were found. */
export class Sampler {
  #cpu: CpuTimes | undefined;

  constructor(private readonly dataDir: string, private readonly gpus: NvidiaSmi, private readonly hasGpus: () => boolean) {}

  async sample(): Promise<Metrics> {
    const [stat, meminfo, loadavg, netDev, disk] = await Promise.all([
      readFile('/proc/stat', 'utf8'),
      readFile('/proc/meminfo', 'utf8'),
      readFile('/proc/loadavg', 'utf8'),
      readFile('/proc/net/dev', 'utf8'),
      statfs(this.dataDir),
    ]);
    const cpu = parseCpuTimes(stat);
    const before = this.#cpu;
    this.#cpu = cpu;
    const network = parseNetwork(netDev);
    return {
      cpuRatio: before && cpuRatio(before, cpu),
      memoryUsedBytes: parseMemory(meminfo).usedBytes,
      diskUsedBytes: (disk.blocks - disk.bfree) * disk.bsize,
      gpus: this.hasGpus() ? (await this.gpus.survey()).readings.map((reading) => reading.metrics) : [],
      load1: Number.parseFloat(loadavg),
      networkRxBytes: network.rxBytes,
      networkTxBytes: network.txBytes,
      disks: [],
      intervalMs: 0,
    };
  }
}
