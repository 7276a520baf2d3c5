import { readFile } from 'node:fs/promises';
import type { ProcessIdentity } from './process-identity.js';

/** USER_HZ: what /proc counts in on every Linux architecture. */
const TICKS_PER_SECOND = 100;

export interface ProcessUsage {
  readonly uptimeSeconds: number;
  readonly residentBytes: number;
}

/** Undefined when the process ended meanwhile. */
export async function usageOf({ pid, startTicks }: ProcessIdentity): Promise<ProcessUsage | undefined> {
  try {
    const [status, uptime] = await Promise.all([readFile(`/proc/${pid}/status`, 'utf8'), readFile('/proc/uptime', 'utf8')]);
    const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    return { uptimeSeconds: Math.max(0, Number(uptime.split(' ')[0]) - startTicks / TICKS_PER_SECOND), residentBytes: kilobytes * 1024 };
  } catch {
    return undefined;
  }
}
