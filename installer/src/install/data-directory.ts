import { chmod, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Every path below the data directory; nothing of an installation lies outside of it. */
export interface DataDirectory {
  readonly root: string;
  readonly control: string;
  readonly gateway: string;
  readonly agent: string;
  readonly logs: string;
  /** Process records, remembered settings, generated configuration. */
  readonly run: string;
}

export function dataDirectory(root: string): DataDirectory {
  const absolute = resolve(root);
  const below = (name: string) => join(absolute, name);
  return { root: absolute, control: below('control'), gateway: below('gateway'), agent: below('agent'), logs: below('logs'), run: below('run') };
}

/** Makes the directories, readable by their owner only: keys and prompts' neighbours live there. */
export async function makeDataDirectory(data: DataDirectory): Promise<void> {
  await make(data.root, data.control, data.gateway, data.agent, data.logs, data.run);
}

/** The same for an installation that is only an agent. */
export async function makeAgentDirectory(data: DataDirectory): Promise<void> {
  await make(data.root, data.agent, data.logs, data.run);
}

async function make(root: string, ...below: string[]): Promise<void> {
  for (const path of [root, ...below]) await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(root, 0o700);
}
