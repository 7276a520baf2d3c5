import { fileURLToPath } from 'node:url';
import { program, root, type Prerequisite } from './prerequisites.js';
import { run } from './run.js';

const SCRIPT = fileURLToPath(new URL('../lab/lab.sh', import.meta.url));
const IMAGE_BUILD_MS = 600_000;

export const labPrerequisites: readonly Prerequisite[] = [
  root,
  program('dockerd', 'docker.io'),
  program('mmdebstrap', 'mmdebstrap'),
  program('ip', 'iproute2'),
  program('iptables', 'iptables'),
  program('jq', 'jq'),
  program('ssh', 'openssh-client'),
  program('nsenter', 'util-linux'),
];

/** Hosts of their own on one machine: systemd, sshd, nested Docker. A thin face of lab/lab.sh. */
export class Lab {
  private constructor(readonly name: string) {}

  /** The first call on a machine builds the host image, which takes a minute or two. */
  static async up(name: string): Promise<Lab> {
    const lab = new Lab(name);
    await lab.#call(['up'], IMAGE_BUILD_MS);
    return lab;
  }

  async startHost(name: string, ...runFlags: readonly string[]): Promise<LabHost> {
    const address = await this.#call(['node', 'start', name, ...runFlags], 60_000);
    return new LabHost(name, address, (args, timeoutMs) => this.#call(args, timeoutMs));
  }

  /** Runs a command beside the hosts, where their addresses can be reached. */
  async run(command: readonly string[], timeoutMs?: number): Promise<string> {
    return this.#call(['run', ...command], timeoutMs);
  }

  /** Two hosts stop (or start again) hearing each other. */
  async partition(a: LabHost, b: LabHost): Promise<void> {
    await this.#call(['fault', 'partition', a.name, b.name]);
  }

  async join(a: LabHost, b: LabHost): Promise<void> {
    await this.#call(['fault', 'join', a.name, b.name]);
  }

  async down(options: { purge: boolean } = { purge: false }): Promise<void> {
    await this.#call(['down', ...(options.purge ? ['--purge'] : [])], 120_000);
  }

  async #call(args: readonly string[], timeoutMs = 60_000): Promise<string> {
    return (await run([SCRIPT, ...args], { timeoutMs, env: { LAB_NAME: this.name } })).trim();
  }
}

/** One host of a lab. */
export class LabHost {
  constructor(readonly name: string, readonly address: string, private readonly call: (args: readonly string[], timeoutMs?: number) => Promise<string>) {}

  /** Without SSH, as root. */
  async exec(command: readonly string[], timeoutMs?: number): Promise<string> {
    return this.call(['exec', this.name, ...command], timeoutMs);
  }

  /** Over SSH with the root password, as an installer would. */
  async ssh(command: string, timeoutMs?: number): Promise<string> {
    return this.call(['ssh', this.name, command], timeoutMs);
  }

  async copy(file: string, path: string): Promise<void> {
    await this.call(['copy', this.name, file, path]);
  }

  /** cut/heal: the cable. freeze/thaw: connects, but nothing answers. power-cut/power-on: as it says. */
  async fault(kind: 'cut' | 'heal' | 'freeze' | 'thaw' | 'power-cut' | 'power-on' | 'fast'): Promise<void> {
    await this.call(['fault', kind, this.name]);
  }

  async slow(mbit: number): Promise<void> {
    await this.call(['fault', 'slow', this.name, String(mbit)]);
  }

  async stop(): Promise<void> {
    await this.call(['node', 'stop', this.name]);
  }
}
