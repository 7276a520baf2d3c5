import { Controller } from '@nestjs/common';
import type { z } from 'zod';
import { ApiError, Caller, Endpoint, Input, type CallerIdentity, type InputOf } from '../http/index.js';
import { NodeViews, type NodeView } from '../nodes/index.js';
import { Operations, type OperationView } from '../operations/index.js';
import { BootstrapJobs } from './bootstrap-jobs.js';
import { BootstrapRepository } from './bootstrap.repository.js';
import { routes, type bootstrapSchema, type hostKeysSchema } from './bootstrap.schema.js';
import { Bootstraps } from './bootstraps.js';
import { probeHost } from './host-key-probe.js';
import { JobFault } from './job-fault.js';
import { TargetRules } from './target-rules.js';

type BootstrapView = z.infer<typeof bootstrapSchema>;
type HostKeysView = z.infer<typeof hostKeysSchema>;

/** Prints the fingerprints of all host keys of the server it is run on. */
const COMPARE = 'for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key"; done';

@Controller()
export class BootstrapController {
  constructor(
    private readonly bootstraps: Bootstraps,
    private readonly records: BootstrapRepository,
    private readonly jobs: BootstrapJobs,
    private readonly operations: Operations,
    private readonly nodeViews: NodeViews,
    private readonly rules: TargetRules,
  ) {}

  @Endpoint(routes.probeHostKeys)
  async probeHostKeys(@Input() { body }: InputOf<typeof routes.probeHostKeys>): Promise<HostKeysView> {
    const address = await this.rules.addressOf(body.host);
    const pinned = (await this.records.pinned(body.host, body.port))?.fingerprint ?? null;
    try {
      const { keys, banner, latencyMs } = await probeHost(address, body.port);
      return { keys: keys.map((key) => ({ ...key })), command: COMPARE, pinned, changed: pinned !== null && !keys.some(({ fingerprint }) => fingerprint === pinned), banner, latencyMs };
    } catch (error) {
      if (error instanceof JobFault) throw new ApiError('unavailable', error.message, { field: error.code === 'unreachable' ? 'host' : 'port', details: { code: error.code } });
      throw error;
    }
  }

  @Endpoint(routes.addNode)
  async addNode(@Input() { body }: InputOf<typeof routes.addNode>, @Caller() caller: CallerIdentity): Promise<{ node: NodeView; operation: OperationView }> {
    const { nodeId, operationId } = await this.bootstraps.add(body, caller);
    const [node, operation] = await Promise.all([this.nodeViews.get(nodeId), this.operations.get(operationId)]);
    if (!node || !operation) throw new Error(`node ${nodeId} vanished while it was added`);
    return { node, operation };
  }

  @Endpoint(routes.getBootstrap)
  getBootstrap(@Input() { params }: InputOf<typeof routes.getBootstrap>): Promise<BootstrapView> {
    return this.#view(params.id);
  }

  @Endpoint(routes.continueBootstrap)
  async continueBootstrap(@Input() { params, body }: InputOf<typeof routes.continueBootstrap>, @Caller() caller: CallerIdentity): Promise<BootstrapView> {
    await this.bootstraps.goOn(params.id, body, caller);
    return this.#view(params.id);
  }

  @Endpoint(routes.retryBootstrap)
  async retryBootstrap(@Input() { params, body }: InputOf<typeof routes.retryBootstrap>, @Caller() caller: CallerIdentity): Promise<BootstrapView> {
    await this.bootstraps.retry(params.id, body, caller);
    return this.#view(params.id);
  }

  @Endpoint(routes.giveUpBootstrap)
  async giveUpBootstrap(@Input() { params, body }: InputOf<typeof routes.giveUpBootstrap>, @Caller() caller: CallerIdentity): Promise<OperationView> {
    const operation = await this.operations.get(await this.bootstraps.giveUp(params.id, body, caller));
    if (!operation) throw new Error(`the job of node ${params.id} vanished`);
    return operation;
  }

  async #view(nodeId: string): Promise<BootstrapView> {
    const [row, pinned] = await Promise.all([this.records.get(nodeId), this.records.hostKey(nodeId)]);
    const operation = row && (await this.operations.get(row.operationId));
    if (!row || !operation) throw new ApiError('not-found', 'no node with this id was added over SSH');
    return {
      nodeId, host: row.host, port: row.port, user: row.user, type: row.type, hostKey: pinned?.fingerprint ?? '', operation,
      preflight: row.preflight && row.preflightAt !== null ? { at: new Date(row.preflightAt).toISOString(), rows: row.preflight } : null,
      hasCredential: this.jobs.get(nodeId)?.credential !== undefined,
    };
  }
}
