/** Pure readers of /proc files. */

export interface CpuTimes {
  readonly busy: number;
  readonly total: number;
}

/** First line of /proc/stat: user nice system idle iowait irq softirq steal. Waiting for I/O is idle. */
export function parseCpuTimes(stat: string): CpuTimes {
  const ticks = (stat.split('\n', 1)[0] ?? '').trim().split(/\s+/).slice(1, 9).map(Number);
  const total = ticks.reduce((sum, value) => sum + value, 0);
  const idle = (ticks[3] ?? 0) + (ticks[4] ?? 0);
  return { busy: total - idle, total };
}

/** Share of all cores that was busy between two samples; undefined when no time passed. */
export function cpuRatio(before: CpuTimes, after: CpuTimes): number | undefined {
  const total = after.total - before.total;
  return total > 0 ? Math.min(1, Math.max(0, (after.busy - before.busy) / total)) : undefined;
}

export function parseMemory(meminfo: string): { readonly totalBytes: number; readonly usedBytes: number } {
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? 0);
  const total = kilobytes('MemTotal');
  return { totalBytes: total * 1024, usedBytes: (total - kilobytes('MemAvailable')) * 1024 };
}

/** Bytes over all interfaces that leave the machine. */
export function parseNetwork(netDev: string): { readonly rxBytes: number; readonly txBytes: number } {
  let rxBytes = 0;
  let txBytes = 0;
  for (const row of netDev.split('\n').slice(2)) {
    const [name = '', counters = ''] = row.split(':');
    const fields = counters.trim().split(/\s+/).map(Number);
    if (fields.length < 9 || /^(lo|veth.*|docker.*|br-.*)$/.test(name.trim())) continue;
    rxBytes += fields[0] ?? 0;
    txBytes += fields[8] ?? 0;
  }
  return { rxBytes, txBytes };
}

/** PRETTY_NAME of /etc/os-release. */
export function parseOsName(osRelease: string): string {
  return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(osRelease)?.[1] ?? '';
}
