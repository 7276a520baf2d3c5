import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

export interface Leftover {
  readonly pid: number;
  readonly command: string;
}

/** Processes other than this one whose command line, working directory or environment names the directory. */
export function processesNaming(directory: string): Leftover[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((pid) => names(pid, directory))
    .map((pid) => ({ pid: Number(pid), command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }))
    .filter((leftover) => leftover.command !== ''); // a zombie has none: dead, only not yet collected
}

function names(pid: string, directory: string): boolean {
  return [read(`/proc/${pid}/cmdline`), read(`/proc/${pid}/environ`), link(`/proc/${pid}/cwd`)].some((text) => text.includes(directory));
}

/** Processes come and go while we look; one that is gone, or belongs to someone else, names nothing. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
