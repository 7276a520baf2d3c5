import { Injectable } from '@nestjs/common';
import { Clock } from '../config/index.js';
import { NodeRepository } from '../nodes/index.js';
import type { BootstrapJob } from './bootstrap-job.js';
import { BootstrapRepository } from './bootstrap.repository.js';
import type { NodeBootstrapRow, NodeHostKeyRow } from './bootstrap.store.js';
import { ControllerAddress } from './controller-address.js';
import { hostKeyAlgorithms, type HostKeyAlgorithm } from './fingerprint.js';
import { probeHost } from './host-key-probe.js';
import { JobFault } from './job-fault.js';
import { nodePayload } from './node-payload.js';
import { PayloadRunner } from './payload-runner.js';
import { agreedFixes, judge, type PreflightRow } from './preflight.machine.js';
import { DRIVER_FIX, RESTART_FIX, TOOLKIT_FIX } from './preflight-gpu.machine.js';
import { RootShell } from './root-shell.js';
import { ServerFacts } from './server-facts.js';
import { SshConnection, type SshTarget } from './ssh-connection.js';
import { TargetRules } from './target-rules.js';

const FACTS_MS = 110_000;
/** Downloads of packages over slow links; the driver is built on the server. */
const INSTALL_MS = { engine: 15 * 60_000, gpu: 20 * 60_000, undo: 10 * 60_000 } as const;
export const DATA_PORT = 30_210;

export interface StepRun {
  readonly job: BootstrapJob;
  readonly row: NodeBootstrapRow;
  readonly signal: AbortSignal;
  readonly progress: (ratio: number) => void;
}

/** The steps that look at and change the server itself. Each may be run again. */
@Injectable()
export class ServerSteps {
  readonly #payload = nodePayload();

  constructor(
    private readonly records: BootstrapRepository,
    private readonly nodes: NodeRepository,
    private readonly controller: ControllerAddress,
    private readonly rules: TargetRules,
    private readonly clock: Clock,
  ) {}

  /** Signs in, unless the connection still lives. Nothing is sent to a host that does not show the pinned key. */
  async connect({ job, row, signal }: Pick<StepRun, 'job' | 'row' | 'signal'>): Promise<string> {
    if (job.connection && !job.connection.lost && job.shell) return `signed in as ${row.user}`;
    job.disconnect();
    const credential = job.credential;
    if (!credential) throw new JobFault('needs-password', 'the credential is no longer in memory: give it again');
    const target = await this.#target(row, signal);
    const started = performance.now();
    job.connection = await SshConnection.open(target, credential, () => job.secrets(), signal);
    job.latencyMs = Math.round(performance.now() - started);
    job.shell = await RootShell.on(job.connection, credential, signal);
    job.log.note(`signed in to ${row.host} port ${row.port} as ${row.user} (${job.shell.mode === 'none' ? job.shell.refusal : job.shell.mode}); host key ${target.hostKey.fingerprint}`);
    return `signed in as ${row.user} within ${job.latencyMs} ms`;
  }

  /** Reads what the server is and judges it. Changes nothing there. */
  async preflight({ job, row, signal }: StepRun): Promise<PreflightRow[]> {
    const { connection, shell } = parts(job);
    const targets = this.controller.targets(connection.localAddress);
    const lines: string[] = [];
    const onLine = (line: string, error: boolean) => {
      if (error) job.log.line(line, true);
      else lines.push(line);
    };
    const script = `OPENSTATION_TARGETS='${targets.join(' ')}'\n${this.#payload.facts.text}`;
    const asked = this.clock.now();
    const limits = { input: script, timeoutMs: FACTS_MS, onLine };
    if (shell.mode === 'none') await connection.exec('sh -s', limits, signal);
    else await shell.run('sh -s', limits, signal);
    const facts = ServerFacts.parse(lines);
    if (!facts.complete) throw new JobFault('preflight-failed', 'the server could not be looked at: its shell did not run the script to the end (the log shows what it said)');
    const seconds = facts.number('clock.seconds');
    const rows = judge(facts, {
      type: row.type, rootMode: shell.mode, rootRefusal: shell.refusal, sshLatencyMs: job.latencyMs, targets, dataPort: DATA_PORT,
      // The script says its time first; whole seconds, so half a second either way.
      clockOffsetMs: seconds === null ? null : Math.round(seconds * 1000 + 500 - asked),
      nodes: (await this.nodes.list()).filter(({ id }) => id !== row.nodeId).map(({ name, machineId, inventory }) => ({ name, machineId: inventory?.machineId ?? machineId, bootId: inventory?.bootId ?? '' })),
    });
    await this.records.recordPreflight(row.nodeId, rows);
    for (const { id, result, measured, advice } of rows) job.log.note(`${result.padEnd(7)} ${id}: ${measured}${advice === '' ? '' : ` — ${advice}`}`);
    return rows;
  }

  async engine(run: StepRun): Promise<string> {
    await this.payload(run).run({ words: ['stay', 'engine', run.row.nodeId], timeoutMs: INSTALL_MS.engine, progress: run.progress });
    return 'Docker answers';
  }

  async gpu(run: StepRun): Promise<string> {
    const agreed = new Set(agreedFixes(run.row.preflight ?? [], run.row.fixes));
    // A toolkit that nobody stands in the way of comes with the engine: its row was judged before Docker was there.
    const words = [...(agreed.has(DRIVER_FIX) ? ['driver'] : []), ...(agreed.has(TOOLKIT_FIX) || agreed.has(RESTART_FIX) ? ['toolkit'] : []), ...(agreed.has(RESTART_FIX) ? ['restart-engine'] : [])];
    await this.payload(run).run({ words: ['stay', 'gpu', run.row.nodeId, ...words], timeoutMs: INSTALL_MS.gpu, progress: run.progress });
    return 'driver and toolkit are there';
  }

  async probeContainer(run: StepRun): Promise<string> {
    await this.payload(run).run({ words: ['probe', run.row.nodeId, ...(run.row.type === 'gpu' ? ['gpu'] : [])], timeoutMs: 180_000, progress: run.progress });
    return run.row.type === 'gpu' ? 'a container sees the GPUs' : 'a container runs';
  }

  /** Takes back what this job installed. */
  async undo(run: StepRun): Promise<void> {
    await this.payload(run).run({ words: ['stay', 'undo', run.row.nodeId], timeoutMs: INSTALL_MS.undo, progress: run.progress });
  }

  payload({ job, signal }: Pick<StepRun, 'job' | 'signal'>): PayloadRunner {
    const { connection, shell } = parts(job);
    return new PayloadRunner(job, connection, shell, this.#payload.steps, signal);
  }

  async #target(row: NodeBootstrapRow, signal: AbortSignal): Promise<SshTarget> {
    const address = await this.rules.addressOf(row.host);
    const pinned = await this.records.hostKey(row.nodeId);
    if (!pinned) throw new JobFault('internal', 'the confirmed host key of this node is not recorded');
    const algorithm = pinned.algorithm ?? (await this.#learn(address, row.port, pinned, signal));
    return { address, port: row.port, user: row.user, hostKey: { algorithm, fingerprint: pinned.fingerprint } };
  }

  /** A server has several host keys: which kind is the confirmed one? */
  async #learn(address: string, port: number, { nodeId, fingerprint }: NodeHostKeyRow, signal: AbortSignal): Promise<HostKeyAlgorithm> {
    const { keys } = await probeHost(address, port, signal);
    const found = hostKeyAlgorithms.find((name) => keys.some((key) => key.algorithm === name && key.fingerprint === fingerprint));
    if (!found) {
      throw new JobFault('host-key-changed', `${address} shows other host keys than the confirmed one (${fingerprint}): somebody may be in between, or this is another server. Nothing secret was sent. Compare the keys on the server; give up and add it again with the right one`);
    }
    await this.records.learnAlgorithm(nodeId, found);
    return found;
  }
}

function parts({ connection, shell }: BootstrapJob): { connection: SshConnection; shell: RootShell } {
  if (!connection || !shell) throw new JobFault('connection-lost', 'there is no connection to the server');
  return { connection, shell };
}
