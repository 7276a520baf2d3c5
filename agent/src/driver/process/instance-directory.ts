import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '@openstation/kit';
import { LAUNCH_SCRIPT } from './launch-script.js';
import { parseStat, type ProcessIdentity } from './process-table.js';

/** Labels of an engine that runs as a process; the same facts a container carries. */
export interface ProcessLabels {
  readonly clusterId: string;
  readonly instanceId: string;
  readonly generation: number;
  readonly engine: string;
  readonly specSha256: string;
  readonly port: number;
}

/** Files of one engine process, all inside one directory. */
export class InstanceDirectory {
  constructor(readonly path: string) {}

  get script(): string {
    return join(this.path, 'launch.sh');
  }

  get log(): string {
    return join(this.path, 'engine.log');
  }

  /** Everything that must be there before the wrapper starts; labels last: they make the directory an engine. */
  async create(labels: ProcessLabels): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    await writeFile(this.script, LAUNCH_SCRIPT, { mode: 0o500, flag: 'wx' }).catch(ignoreExisting);
    await writeFileAtomic(join(this.path, 'labels.json'), JSON.stringify(labels));
  }

  async labels(): Promise<ProcessLabels | undefined> {
    return readJsonFile<ProcessLabels>(join(this.path, 'labels.json'));
  }

  async identity(): Promise<ProcessIdentity | undefined> {
    const [stat = '', boot = ''] = (await readText(join(this.path, 'pid')))?.split('\n') ?? [];
    const parsed = parseStat(stat);
    return parsed ? { pid: parsed.pid, startTicks: parsed.startTicks, bootId: boot.trim() } : undefined;
  }

  async exitCode(): Promise<number | undefined> {
    const text = await readText(join(this.path, 'exit'));
    return text === undefined ? undefined : Number.parseInt(text, 10);
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
