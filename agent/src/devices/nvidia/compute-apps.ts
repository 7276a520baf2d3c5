import { amountOf, textOf } from '../cell.js';
import type { DeviceProcess } from '../device-source.js';

const MIB = 1024 * 1024;

/** Asked with the name last: it may hold anything. */
export const COMPUTE_APPS_QUERY = ['--query-compute-apps=gpu_uuid,pid,used_gpu_memory,process_name', '--format=csv,noheader,nounits'];

/** Processes on cards; rows that are no rows are passed over. A cut last row has no name or no number to trust: it goes. */
export function parseComputeApps(text: string): DeviceProcess[] {
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  return complete.split(/\r?\n/).flatMap((line) => {
    const match = /^\s*(GPU-[0-9a-f-]+)\s*,\s*(\d+)\s*,\s*([^,]*),\s?(.*)$/i.exec(line);
    if (!match) return [];
    const [, uuid = '', pid = '', used, name] = match;
    const mib = amountOf(used);
    return [{ uuid, pid: Number(pid), name: textOf(name), memoryBytes: mib === undefined ? undefined : mib * MIB }];
  });
}
