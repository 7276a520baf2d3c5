import { Inject, Injectable } from '@nestjs/common';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AGENT_ARCHITECTURES, archiveName, compareVersions, parseStatement, type AgentArchitecture, type ArchiveCard } from '@openstation/proto';
import { z } from 'zod';
import { CONTROL_CONFIG, type ControlConfig } from '../config/index.js';
import { ApiError } from '../http/index.js';
import { RolloutRepository, type ReleaseFailure } from './rollout.repository.js';

/** An archive of the agent that can be handed out. */
export interface AgentArchive extends ArchiveCard {
  readonly path: string;
  /** What happened to the node that could not work with it; '' when nothing did. Nobody is given it without asking for it. */
  readonly failure: string;
}

const card = z.object({
  version: z.string(), arch: z.enum(['x64', 'arm64']), bytes: z.number().int().positive(), sha256: z.string().regex(/^[0-9a-f]{64}$/),
  statement: z.string(), signature: z.base64(), builtAt: z.iso.datetime(), inputs: z.string(),
});

/**
 * The agent's archives in `agents.archiveDir`, each with its card. The directory is read when somebody asks: archives
 * appear there while the controller runs. Whether they are genuine is for the agents to judge.
 */
@Injectable()
export class AgentArchives {
  constructor(
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
    private readonly rollouts: RolloutRepository,
  ) {}

  /**
   * The newest archive for an architecture that did not fail on a node.
   * @throws ApiError `unavailable`, saying how to get one
   */
  async current(arch: AgentArchitecture): Promise<AgentArchive> {
    const all = (await this.list()).filter((archive) => archive.arch === arch);
    const newest = all.find(({ failure }) => failure === '');
    if (newest) return newest;
    const [failed] = all;
    if (failed) throw new ApiError('unavailable', `the agent ${failed.version} for ${arch} failed on a node (${failed.failure}), and there is no other: ${HOW[arch]}`, { retryAfterSeconds: 30 });
    throw new ApiError('unavailable', `there is no agent archive for ${arch} yet: ${HOW[arch]}`, { retryAfterSeconds: 30 });
  }

  /** The newest of each architecture that there is a good one for. */
  async newest(): Promise<AgentArchive[]> {
    const good = (await this.list()).filter(({ failure }) => failure === '');
    return AGENT_ARCHITECTURES.flatMap((arch) => good.find((archive) => archive.arch === arch) ?? []);
  }

  async get(version: string, arch: string): Promise<AgentArchive | undefined> {
    return (await this.list()).find((archive) => archive.version === version && archive.arch === arch);
  }

  /** Newest version first. What is being written or was cut off is left out. */
  async list(): Promise<AgentArchive[]> {
    const directory = this.config.agents.archiveDir;
    const [failures, ...found] = await Promise.all([this.rollouts.failures(), ...(await namesIn(directory)).filter((name) => name.endsWith('.tar.gz.json')).map((name) => readArchive(directory, name))]);
    return found
      .filter((archive) => archive !== undefined)
      .map((archive) => ({ ...archive, failure: failureOf(archive, failures) }))
      .sort((one, other) => compareVersions(other.version, one.version));
  }
}

const HOW: Readonly<Record<AgentArchitecture, string>> = {
  x64: 'it is made in the background after a start, or now by ./openstation agent-archive',
  arm64: 'make it with ./openstation agent-archive --arch arm64',
};

/** One that was made after the failure, under the same version, has not failed. */
function failureOf({ version, builtAt }: ArchiveCard, failures: ReadonlyMap<string, ReleaseFailure>): string {
  const failure = failures.get(version);
  return failure && Date.parse(builtAt) <= failure.at ? failure.message : '';
}

async function readArchive(directory: string, name: string): Promise<Omit<AgentArchive, 'failure'> | undefined> {
  const parsed = card.safeParse(parseJson(await readFile(join(directory, name), 'utf8')));
  if (!parsed.success) return undefined;
  const { version, arch, statement } = parsed.data;
  const stated = parseStatement(statement);
  if (stated?.version !== version || stated.arch !== arch || name !== `${archiveName(version, arch)}.json`) return undefined;
  const path = join(directory, archiveName(version, arch));
  return (await sizeOf(path)) === parsed.data.bytes ? { ...parsed.data, path } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not a card: its archive is not offered
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return -1;
    throw error;
  }
}
