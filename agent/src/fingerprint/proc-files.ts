/** Pure readers of /proc files. What a file does not tell is undefined, never 0. */

export interface CpuTimes {
  readonly busy: number;
  readonly total: number;
}

/** First line of /proc/stat: user nice system idle iowait irq softirq steal. Waiting for I/O is idle. */
export function parseCpuTimes(stat: string): CpuTimes | undefined {
  const match = /^cpu((?:\s+\d+){4,})/m.exec(stat);
  if (!match) return undefined;
  const ticks = (match[1] ?? '').trim().split(/\s+/).slice(0, 8).map(Number);
  const total = ticks.reduce((sum, value) => sum + value, 0);
  const idle = (ticks[3] ?? 0) + (ticks[4] ?? 0);
  return { busy: total - idle, total };
}

/** Share of all cores that was busy between two samples; undefined when no time passed. */
export function cpuRatio(before: CpuTimes | undefined, after: CpuTimes | undefined): number | undefined {
  if (!before || !after) return undefined;
  const total = after.total - before.total;
  return total > 0 ? Math.min(1, Math.max(0, (after.busy - before.busy) / total)) : undefined;
}

export interface MemoryFigures {
  readonly totalBytes: number | undefined;
  /** What is not available to programs. */
  readonly usedBytes: number | undefined;
  readonly swapUsedBytes: number | undefined;
}

export function parseMemory(meminfo: string): MemoryFigures {
  const bytes = (name: string): number | undefined => {
    const kilobytes = new RegExp(`^${name}:[ \\t]+(\\d+) kB$`, 'm').exec(meminfo)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  };
  const totalBytes = bytes('MemTotal');
  // Kernels before 3.14 do not tell what is available; what is free or can be dropped comes close.
  const available = bytes('MemAvailable') ?? sum(bytes('MemFree'), bytes('Buffers'), bytes('Cached'));
  return { totalBytes, usedBytes: difference(totalBytes, available), swapUsedBytes: difference(bytes('SwapTotal'), bytes('SwapFree')) };
}

export function parseLoad(loadavg: string): number | undefined {
  const match = /^(\d+\.\d+) \d+\.\d+ /.exec(loadavg);
  return match ? Number(match[1]) : undefined;
}

export interface Traffic {
  readonly inBytes: number;
  readonly outBytes: number;
}

/** /proc/net/dev: bytes over all interfaces that leave the machine; bridges and pairs would count them twice. */
export function parseNetwork(netDev: string): Traffic | undefined {
  let found = false;
  let inBytes = 0;
  let outBytes = 0;
  for (const row of netDev.split('\n')) {
    const match = /^\s*([^\s:]+):\s*(\d+(?:\s+\d+){8,})\s*$/.exec(row);
    if (!match || isVirtualInterface(match[1] ?? '')) continue;
    const fields = (match[2] ?? '').split(/\s+/).map(Number);
    found = true;
    inBytes += fields[0] ?? 0;
    outBytes += fields[8] ?? 0;
  }
  return found ? { inBytes, outBytes } : undefined;
}

/** Loopback and what container engines and the kernel make of themselves. */
export function isVirtualInterface(name: string): boolean {
  return /^(lo|veth.*|docker\d*|br-.*|cni.*|flannel.*|cali.*|virbr.*|vnet.*|tap.*|ifb\d+|dummy\d+)$/.test(name);
}

/** Whole disks: partitions, mapped and memory disks would count bytes twice. */
const WHOLE_DISK = /^(sd[a-z]+|hd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/;
/** Unit of /proc/diskstats whatever the disk's own sectors are. */
const SECTOR_BYTES = 512;

/** /proc/diskstats: bytes read and written by all physical disks. */
export function parseDiskTraffic(diskstats: string): Traffic | undefined {
  const disks = diskstats.split('\n').map((row) => row.trim().split(/\s+/)).filter((fields) => fields.length >= 10 && WHOLE_DISK.test(fields[2] ?? ''));
  const sectors = (at: number): number => disks.reduce((total, fields) => total + Number(fields[at]), 0);
  const [read, written] = [sectors(5), sectors(9)];
  if (disks.length === 0 || Number.isNaN(read) || Number.isNaN(written)) return undefined;
  return { inBytes: read * SECTOR_BYTES, outBytes: written * SECTOR_BYTES };
}

/** PRETTY_NAME of /etc/os-release. */
export function parseOsName(osRelease: string): string {
  return /^PRETTY_NAME=["']?([^"'\n]*)["']?$/m.exec(osRelease)?.[1]?.trim() ?? '';
}

function difference(whole: number | undefined, part: number | undefined): number | undefined {
  return whole === undefined || part === undefined ? undefined : Math.max(0, whole - part);
}

function sum(...parts: readonly (number | undefined)[]): number | undefined {
  return parts.includes(undefined) ? undefined : parts.reduce<number>((total, part) => total + (part ?? 0), 0);
}
