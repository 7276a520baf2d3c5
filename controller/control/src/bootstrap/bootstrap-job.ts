import type { JobCredential } from './job-credential.js';
import type { JobLog } from './job-log.js';
import type { RootShell } from './root-shell.js';
import type { SshConnection } from './ssh-connection.js';

/** What one job holds in memory while it runs, waits or may be taken up again. Gone with the controller. */
export class BootstrapJob {
  credential: JobCredential | undefined;
  readonly tokens = new Set<string>();
  connection: SshConnection | undefined;
  shell: RootShell | undefined;
  latencyMs = 0;
  /** Where the payload lies on the server, once it does. */
  payloadPath: string | undefined;
  /** Set while it runs. */
  running: Promise<void> | undefined;
  abort = new AbortController();
  /** Being taken back. */
  givingUp = false;
  /** A person must decide about its report. */
  waiting = false;
  /** Runs while nobody acts: a credential is not kept for ever. */
  idle: NodeJS.Timeout | undefined;

  constructor(
    readonly nodeId: string,
    readonly operationId: string,
    /** "host:port" it is about, so that two jobs never work on one server. */
    public place: string,
    readonly log: JobLog,
  ) {}

  /** What must not show in any line: the credential, and tokens made for this job. */
  secrets(): readonly string[] {
    return [...(this.credential?.values() ?? []), ...this.tokens];
  }

  disconnect(): void {
    this.connection?.close();
    this.connection = undefined;
    this.shell = undefined;
    this.payloadPath = undefined;
  }

  forgetCredential(): void {
    clearTimeout(this.idle);
    this.credential?.wipe();
    this.credential = undefined;
  }
}
