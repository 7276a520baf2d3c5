import { Injectable } from '@nestjs/common';
import { formatJoinToken } from '@openstation/proto';
import { setTimeout as pause } from 'node:timers/promises';
import { ChangeFeed } from '../events/index.js';
import { JoinTokens } from '../enrolment/index.js';
import { ApiError } from '../http/index.js';
import { HeartbeatClock, NodeRepository } from '../nodes/index.js';
import { AgentArchives, type AgentArchive } from '../rollout/index.js';
import { Store } from '../store/index.js';
import { ControllerAddress } from './controller-address.js';
import { dial } from './dial.js';
import { JobFault } from './job-fault.js';
import { ServerSteps, type StepRun } from './server-steps.js';

/** An archive of a hundred megabytes over a thin line; it fails earlier when nothing moves. */
const UPLOAD_MS = 10 * 60_000;
const HEARTBEAT_MS = 120_000;
/** Heard so recently counts as alive. */
const FRESH_MS = 15_000;
const LOOK_MS = 500;
/** An earlier run that was cut off has 90 s to end, the installation a minute to join. */
const INSTALL_MS = 240_000;
const DATA_PORT_MS = 3_000;

/** The steps that bring the agent and wait for it. */
@Injectable()
export class AgentSteps {
  constructor(
    private readonly server: ServerSteps,
    private readonly archives: AgentArchives,
    private readonly tokens: JoinTokens,
    private readonly controller: ControllerAddress,
    private readonly nodes: NodeRepository,
    private readonly heartbeats: HeartbeatClock,
    private readonly store: Store,
    private readonly feed: ChangeFeed,
  ) {}

  async agent(run: StepRun & { readonly arch: 'x64' | 'arm64'; readonly startedBy: string }): Promise<string> {
    const { job, row, progress } = run;
    const archive = await this.#archive(run.arch);
    const payload = this.server.payload(run);
    job.log.note(`sending agent ${archive.version} (${(archive.bytes / 2 ** 20).toFixed(1)} MiB, SHA-256 ${archive.sha256})`);
    const onBytes = (bytes: number) => progress((bytes / archive.bytes) * 0.6);
    const path = await payload.place(archive.path, `agent-${archive.sha256.slice(0, 12)}.tar.gz`, { timeoutMs: UPLOAD_MS, onBytes });
    const node = await this.nodes.get(row.nodeId);
    if (!node) throw new JobFault('cancelled', 'the node was removed meanwhile');
    const { token } = await this.store.transaction((tx) => this.tokens.create(tx, { kind: 'agent', nodeName: node.name, nodeId: node.id, createdBy: run.startedBy }));
    const text = formatJoinToken(token);
    job.tokens.add(text);
    const control = this.controller.enrolmentTarget(job.connection?.localAddress ?? '');
    await payload.run({ words: ['agent', row.nodeId, path, archive.sha256, control, node.name], input: `${text}\n`, timeoutMs: INSTALL_MS, progress: (ratio) => progress(0.6 + ratio * 0.4) });
    return `agent ${archive.version} is installed`;
  }

  /** Waits for the first session of the node, then tries the way to its data port. */
  async heartbeat(run: StepRun): Promise<string> {
    const { row, job, signal } = run;
    const until = performance.now() + HEARTBEAT_MS;
    while (!this.#heard(row.nodeId)) {
      if (performance.now() > until) {
        await this.server.payload(run).run({ words: ['agent-log', row.nodeId] });
        throw new JobFault('no-heartbeat', `the agent did not report within ${HEARTBEAT_MS / 1000} s: the log ends with its own last lines; most often the server cannot reach the controller, or the clocks differ`);
      }
      await this.#changeOf(row.nodeId, signal);
    }
    const reached = await this.#dataPort(row.nodeId, signal);
    if (reached === undefined && !row.despiteFailures) {
      throw new JobFault('data-port-unreachable', 'the agent reports, but the controller cannot connect to its data port: let the controller and the gateways through the server’s firewall to it, then try again');
    }
    job.log.note(reached === undefined ? 'the data port cannot be reached from the controller' : `the data port answers at ${reached}`);
    return 'the agent reports';
  }

  async #archive(arch: 'x64' | 'arm64'): Promise<AgentArchive> {
    try {
      return await this.archives.current(arch);
    } catch (error) {
      if (error instanceof ApiError) throw new JobFault('agent-archive-missing', error.message);
      throw error;
    }
  }

  #heard(nodeId: string): boolean {
    const silentMs = this.heartbeats.silentMs(nodeId);
    return silentMs !== undefined && silentMs < FRESH_MS;
  }

  /** The next change of that node, or a moment. */
  async #changeOf(nodeId: string, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const unsubscribe = this.feed.subscribe(({ topic, id }) => {
      if (topic === 'nodes' && id === nodeId) woken.abort();
    });
    try {
      await pause(LOOK_MS, undefined, { signal: AbortSignal.any([signal, woken.signal]) });
    } catch {
      if (signal.aborted) throw new JobFault('cancelled', 'the job was stopped');
    } finally {
      unsubscribe();
    }
  }

  async #dataPort(nodeId: string, signal: AbortSignal): Promise<string | undefined> {
    const node = await this.nodes.get(nodeId);
    for (const address of node?.addresses ?? []) {
      try {
        (await dial(address, node?.dataPort ?? 0, DATA_PORT_MS, signal)).destroy();
        return `${address}:${node?.dataPort ?? 0}`;
      } catch (error) {
        if (!(error instanceof JobFault) || signal.aborted) throw error;
      }
    }
    return undefined;
  }
}
