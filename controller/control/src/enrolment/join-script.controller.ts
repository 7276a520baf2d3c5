import { Controller, Res, StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { createReadStream } from 'node:fs';
import { AGENT_ARCHITECTURES } from '@openstation/proto';
import { ApiError, Endpoint, Input, type InputOf } from '../http/index.js';
import { routes } from '../rollout/rollout.schema.js';
import { AgentArchives } from '../rollout/index.js';
import { joinScript } from './join-script.js';
import { OwnAddresses } from './own-addresses.js';

/** Anybody may ask: so many at once, the rest a little later. */
const MAX_DOWNLOADS = 32;

/** What a bare server fetches before it is anybody: nothing in it is secret. */
@Controller()
export class JoinScriptController {
  #downloads = 0;

  constructor(
    private readonly archives: AgentArchives,
    private readonly addresses: OwnAddresses,
  ) {}

  @Endpoint(routes.joinScript)
  async joinScript(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const newest = await this.archives.newest();
    reply.type('text/x-shellscript; charset=utf-8');
    return joinScript(this.addresses.now(), newest);
  }

  @Endpoint(routes.agentArchive)
  async agentArchive(@Input() { params }: InputOf<typeof routes.agentArchive>, @Res({ passthrough: true }) reply: FastifyReply): Promise<StreamableFile> {
    const arch = AGENT_ARCHITECTURES.find((known) => known === params.arch);
    if (!arch) throw new ApiError('not-found', `there are agents for ${AGENT_ARCHITECTURES.join(' and ')}`);
    if (this.#downloads >= MAX_DOWNLOADS) throw new ApiError('unavailable', 'many servers fetch the agent right now: try again', { retryAfterSeconds: 10 });
    const { path, bytes, sha256 } = await this.archives.current(arch);
    this.#downloads += 1;
    const stream = createReadStream(path);
    stream.once('close', () => (this.#downloads -= 1));
    reply.header('etag', `"${sha256}"`);
    return new StreamableFile(stream, { type: 'application/gzip', length: bytes });
  }
}
