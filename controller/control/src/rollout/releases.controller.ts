import { Controller } from '@nestjs/common';
import type { z } from 'zod';
import { Endpoint } from '../http/index.js';
import { AgentArchives, type AgentArchive } from './agent-archives.js';
import { routes, type agentReleaseSchema } from './rollout.schema.js';

type ReleaseView = z.infer<typeof agentReleaseSchema>;

@Controller()
export class ReleasesController {
  constructor(private readonly archives: AgentArchives) {}

  @Endpoint(routes.listAgentReleases)
  async listAgentReleases(): Promise<ReleaseView[]> {
    const archives = await this.archives.list();
    const versions = [...new Set(archives.map(({ version }) => version))];
    const current = archives.find(({ failure }) => failure === '')?.version;
    return versions.map((version) => releaseView(version, version === current, archives.filter((archive) => archive.version === version)));
  }
}

function releaseView(version: string, current: boolean, archives: readonly AgentArchive[]): ReleaseView {
  const [newest = ''] = archives.map(({ builtAt }) => builtAt).sort().reverse();
  const failure = archives.find((archive) => archive.failure !== '')?.failure ?? '';
  return { version, current, failure, builtAt: newest, archives: archives.map(({ arch, bytes, sha256 }) => ({ arch, bytes, sha256 })) };
}
