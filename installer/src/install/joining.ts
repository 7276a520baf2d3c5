import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '@openstation/kit';
import type { DataDirectory } from './data-directory.js';

/** How an installation that is only an agent belongs to a controller elsewhere; holds for every later start. */
export interface Joining {
  /** host:port of the controller's port for joining. */
  readonly control: string;
  /** Wished for; the controller has the last word. */
  readonly name: string | undefined;
  readonly dataHost: string;
  readonly dataPort: number;
}

/** What is told to people of the agent's identity, which is the agent's own file. */
export interface AgentMember {
  readonly clusterId: string;
  readonly name: string;
  /** host:port of the controller's port for members. */
  readonly sessionAddress: string;
}

const FILE = 'joining.json';

/** Undefined for a full installation and for an empty directory. */
export async function readJoining(data: DataDirectory): Promise<Joining | undefined> {
  return readJsonFile<Joining>(join(data.run, FILE));
}

export async function rememberJoining(data: DataDirectory, joining: Joining): Promise<void> {
  await writeFileAtomic(join(data.run, FILE), `${JSON.stringify(joining, null, 2)}\n`);
}

/** After a join that came to nothing the directory is as good as empty again. */
export async function forgetJoining(data: DataDirectory): Promise<void> {
  await rm(join(data.run, FILE), { force: true });
}

/** Who the agent is in its cluster; undefined until it has joined. */
export async function memberOf(data: DataDirectory): Promise<AgentMember | undefined> {
  return readJsonFile<AgentMember>(join(data.agent, 'member.json'));
}

/** Whether a controller of its own lives there. */
export function isFullInstallation(data: DataDirectory): boolean {
  return existsSync(join(data.run, 'settings.json')) || existsSync(join(data.control, 'openstation.db'));
}
