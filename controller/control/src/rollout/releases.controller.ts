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
    return versions.map((version, index) => releaseView(version, index === 0, archives.filter((archive) => archive.version === version)));
  }
}

function releaseView(version: string, current: boolean, archives: readonly AgentArchive[]): ReleaseView {
  const [newest = ''] = archives.map(({ builtAt }) => builtAt).sort().reverse();
  return { version, current, builtAt: newest, archives: archives.map(({ arch, bytes, sha256 }) => ({ arch, bytes, sha256 })) };
}
