import { spawn, type ChildProcess } from 'node:child_process';

export interface ToolAnswer {
  readonly kind: 'ended' | 'missing' | 'hanging';
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const DEFAULT_DEADLINE_MS = 10_000;
const MOST_BYTES = 4 * 1024 * 1024;
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/nvidia/bin:/opt/rocm/bin';

/**
 * A vendor's program, asked with a deadline. What does not answer is killed with its whole group; what does not even
 * die (uninterruptible sleep in a hung driver) is left behind, and no further one is started until it is gone.
 */
export class Tool {
  #left: ChildProcess | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly program: string, private readonly deadlineMs = DEFAULT_DEADLINE_MS) {}

  get deadlineSeconds(): number {
    return this.deadlineMs / 1000;
  }

  /** Never rejects. One at a time, in the order of the calls. */
  run(args: readonly string[]): Promise<ToolAnswer> {
    const turn = this.#turn.then(() => (this.#left ? hanging : this.#run(args)));
    this.#turn = turn;
    return turn;
  }

  #run(args: readonly string[]): Promise<ToolAnswer> {
    return new Promise((resolve) => {
      const child = spawn(this.program, [...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { PATH: SYSTEM_PATH, LC_ALL: 'C' } });
      const stdout = collect(child, 'stdout');
      const stderr = collect(child, 'stderr');
      const answer = (value: ToolAnswer): void => {
        clearTimeout(late);
        resolve(value);
      };
      const late = setTimeout(() => {
        this.#leave(child);
        answer(hanging);
      }, this.deadlineMs);
      child.once('error', (error: NodeJS.ErrnoException) => {
        const missing = error.code === 'ENOENT' || error.code === 'ENOTDIR';
        answer(missing ? { kind: 'missing', exitCode: -1, stdout: '', stderr: '' } : { kind: 'ended', exitCode: -1, stdout: '', stderr: error.message });
      });
      child.once('close', (code) => answer({ kind: 'ended', exitCode: code ?? -1, stdout: stdout(), stderr: stderr() }));
    });
  }

  #leave(child: ChildProcess): void {
    killGroup(child);
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.unref();
    if (child.exitCode !== null || child.signalCode !== null) return;
    this.#left = child;
    child.once('exit', () => (this.#left = undefined));
  }
}

const hanging: ToolAnswer = { kind: 'hanging', exitCode: -1, stdout: '', stderr: '' };

/** NUL bytes are taken out: they are nobody's text and break what compares strings. */
function collect(child: ChildProcess, name: 'stdout' | 'stderr'): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  child[name]?.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) killGroup(child);
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString('utf8').replaceAll('\0', '');
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
