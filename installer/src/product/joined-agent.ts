import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep, writeFileAtomic } from '@openstation/kit';
import { memberOf, UserError, type Clone, type DataDirectory, type Joining } from '../install/index.js';
import { agentSession, logSize, refusalIn, Supervisor, type AgentSession, type SupervisedProcess } from '../supervisor/index.js';
import { agentConfiguration, joinTokenFile } from './configuration.js';
import { LEANEST, childEnvironment } from './environment.js';
import { mendPolicy, type EngineWay } from './policy.js';

/** The agent's own deadline for one try is 15 s; it goes on trying, a person wants to know. */
const JOIN_MS = 20_000;
const SESSION_MS = 30_000;
const AGAIN_MS = 10_000;
const EVERY_MS = 60;
const STOP_GRACE_MS = 45_000;
const QUIET = ['warn', 'error', 'fatal', 'silent'];

/** An agent alone on this machine, under a supervisor, for a controller elsewhere. */
export class JoinedAgent {
  readonly #supervisor: Supervisor;
  readonly #log: string;
  #claimed = false;
  #process: SupervisedProcess | undefined;

  constructor(private readonly data: DataDirectory, private readonly clone: Clone, readonly joining: Joining, private readonly env: Readonly<Record<string, string | undefined>>) {
    this.#supervisor = new Supervisor(data, null);
    this.#log = join(data.logs, 'agent.log');
  }

  /** Takes the data directory over and ends what a killed supervisor left. */
  async begin(): Promise<void> {
    await this.#supervisor.begin();
    this.#claimed = true;
    await writeFileAtomic(this.#configFile, `${JSON.stringify(agentConfiguration(this.data, this.joining), null, 2)}\n`);
  }

  get claimed(): boolean {
    return this.#claimed;
  }

  /**
   * Resolves when the agent has its session. Where it had joined before it is left running without one: engines serve
   * while the controller is away. Then what stands in the way is returned.
   * @throws UserError when it cannot join or cannot run
   */
  async start(tell: (what: string) => void, signal: AbortSignal): Promise<string | undefined> {
    const from = logSize(this.#log);
    this.#process = this.#supervisor.add({
      name: 'agent', program: process.execPath, args: [this.clone.agentMain, '--config', this.#configFile], env: this.#environment(), cwd: this.data.agent,
      logFile: this.#log, stopSignal: 'SIGUSR2', stopGraceMs: STOP_GRACE_MS,
      prepare: async () => {
        await mendPolicy(this.data, this.clone, process.execPath, undefined);
      },
      finished: () => whyRemoved(this.data),
    });
    if ((await memberOf(this.data)) !== undefined) return this.#sessionOrReason(from, AGAIN_MS, tell, signal);
    await this.#untilJoined(from, tell, signal);
    await dropJoinToken(this.data);
    await this.#untilSession(from, tell, signal);
    return undefined;
  }

  /** Tells the agent how engines run here; it reads its policy at its start, so it is started again on a change. */
  async useEngine(way: EngineWay, tell: (what: string) => void, signal: AbortSignal): Promise<void> {
    if (!(await mendPolicy(this.data, this.clone, process.execPath, way))) return;
    const from = logSize(this.#log);
    const pid = this.#process?.record.identity?.pid;
    if (pid !== undefined) process.kill(pid, 'SIGTERM');
    await this.#untilSession(from, tell, signal);
  }

  async stop(): Promise<void> {
    await this.#supervisor.stop(['agent']);
  }

  async #untilJoined(from: number, tell: (what: string) => void, signal: AbortSignal): Promise<void> {
    const { control } = this.joining;
    const found = await this.#until(async () => (await memberOf(this.data)) !== undefined, JOIN_MS, from, (last) => tell(`joining at ${control}${last === '' ? '' : ` (${last})`}`), signal);
    if (found === true) return;
    throw new UserError(`the controller cannot be reached at ${control}${found === '' ? '' : ` (${found})`}: check the address, that it listens on more than loopback (--host 0.0.0.0 there) and that no firewall is in between. The join token is not used up.`, 69);
  }

  async #untilSession(from: number, tell: (what: string) => void, signal: AbortSignal): Promise<void> {
    const reason = await this.#sessionOrReason(from, SESSION_MS, tell, signal);
    if (reason === undefined) return;
    const { sessionAddress = '', name = '' } = (await memberOf(this.data)) ?? {};
    throw new UserError(`node ${name} has joined, but has no session with the controller at ${sessionAddress} (${reason}): that port must be reachable from here too. Then: ./openstation up`, 69);
  }

  async #sessionOrReason(from: number, timeoutMs: number, tell: (what: string) => void, signal: AbortSignal): Promise<string | undefined> {
    const { sessionAddress = '' } = (await memberOf(this.data)) ?? {};
    const connected = async () => (await agentSession(this.#log, from)).state === 'connected';
    const found = await this.#until(connected, timeoutMs, from, (last) => tell(`connecting to ${sessionAddress}${last === '' ? '' : ` (${last})`}`), signal);
    return found === true ? undefined : found || 'no answer';
  }

  /** True, or after `timeoutMs` what the agent last said stood in the way. */
  async #until(reached: () => Promise<boolean>, timeoutMs: number, from: number, tell: (last: string) => void, signal: AbortSignal): Promise<true | string> {
    const end = performance.now() + timeoutMs;
    let last = '';
    while (performance.now() < end) {
      signal.throwIfAborted();
      if (await reached()) return true;
      const { state, note } = this.#process?.record ?? { state: 'stopped', note: '' };
      if (state === 'failed') throw new UserError((await refusalIn(this.#log, from)) || `the agent ${note}: see ${this.#log}`);
      last = reasonOf(await agentSession(this.#log, from)) || (state === 'waiting' ? (await refusalIn(this.#log, from)).split('\n')[0] || note : last);
      tell(last);
      await sleep(EVERY_MS, signal);
    }
    return last;
  }

  /** Its log is how this program learns of its session: it must not be quieter than that. */
  #environment(): Record<string, string> {
    const kept: Record<string, string> = { ...childEnvironment(this.env), ...LEANEST };
    return QUIET.includes(kept['OPENSTATION_LOG_LEVEL'] ?? '') ? { ...kept, OPENSTATION_LOG_LEVEL: 'info' } : kept;
  }

  get #configFile(): string {
    return join(this.data.run, 'agent.yaml');
  }
}

function reasonOf(session: AgentSession): string {
  return 'reason' in session ? session.reason : '';
}

/** Writes the token where the agent looks for it, readable by its owner only. */
export async function keepJoinToken(data: DataDirectory, token: string): Promise<void> {
  await writeFileAtomic(joinTokenFile(data, 'agent'), `${token}\n`);
}

/** An agent that ended well and has neither an identity nor a token left its cluster: somebody removed the node. */
export async function whyRemoved(data: DataDirectory): Promise<string | undefined> {
  if ((await memberOf(data)) !== undefined || existsSync(joinTokenFile(data, 'agent'))) return undefined;
  return 'the node was removed from its cluster; it joins again with a new join token';
}

export async function dropJoinToken(data: DataDirectory): Promise<void> {
  await rm(joinTokenFile(data, 'agent'), { force: true });
}
