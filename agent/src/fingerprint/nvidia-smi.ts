import { execFile } from 'node:child_process';
import { GPU_FIELDS, parseGpuCsv, type GpuReading } from './nvidia-csv.js';

const ANSWER_WITHIN_MS = 10_000;

export interface GpuSurvey {
  readonly readings: readonly GpuReading[];
  /** What the tool said when GPUs could not be read although it is there; empty otherwise. */
  readonly error: string;
  /** False when there is no tool: a node without NVIDIA GPUs. */
  readonly toolPresent: boolean;
}

/** Runs nvidia-smi: output, or what went wrong. Never throws. */
export type RunTool = (args: readonly string[]) => Promise<{ readonly stdout: string; readonly failure: ToolFailure | undefined }>;
export interface ToolFailure {
  readonly kind: 'missing' | 'hanging' | 'failed';
  readonly text: string;
}

/**
 * Asks nvidia-smi for all GPUs. One call at a time: a hanging driver leaves at most one waiting process, and a
 * second caller gets the answer of the first.
 */
export class NvidiaSmi {
  #fields = GPU_FIELDS;
  #running: Promise<GpuSurvey> | undefined;

  constructor(private readonly run: RunTool = runNvidiaSmi) {}

  survey(): Promise<GpuSurvey> {
    this.#running ??= this.#survey().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #survey(): Promise<GpuSurvey> {
    const { stdout, failure } = await this.run([`--query-gpu=${this.#fields.join(',')}`, '--format=csv,nounits']);
    if (!failure) return { readings: parseGpuCsv(stdout), error: '', toolPresent: true };
    if (failure.kind === 'missing') return { readings: [], error: '', toolPresent: false };
    const unknown = /Field "([^"]+)" is not a valid field/.exec(failure.text + stdout)?.[1];
    if (unknown !== undefined && this.#fields.includes(unknown) && unknown !== 'uuid') {
      this.#fields = this.#fields.filter((field) => field !== unknown);
      return this.#survey();
    }
    if (/No devices were found/i.test(failure.text + stdout)) return { readings: [], error: '', toolPresent: true };
    return { readings: [], error: explain(failure), toolPresent: true };
  }
}

/** The tool's own words, with the way out where it is known. */
function explain(failure: ToolFailure): string {
  if (failure.kind === 'hanging') return `nvidia-smi gave no answer within ${ANSWER_WITHIN_MS / 1000} s: the driver hangs, restart the machine`;
  if (/Driver\/library version mismatch/.test(failure.text)) return `${failure.text}: the driver was upgraded, restart the machine`;
  if (/couldn't communicate with the NVIDIA driver/.test(failure.text)) return `${failure.text} (driver not loaded)`;
  return failure.text;
}

/** The real tool, killed when it does not answer in time. */
export function runNvidiaSmi(args: readonly string[], program = 'nvidia-smi', timeoutMs = ANSWER_WITHIN_MS): ReturnType<RunTool> {
  return new Promise((resolve) => {
    const options = { timeout: timeoutMs, killSignal: 'SIGKILL' as const, maxBuffer: 4 * 1024 * 1024, env: { ...pathOnly(), LC_ALL: 'C' } };
    let answered = false;
    const answer = (stdout: string, failure: ToolFailure | undefined): void => {
      if (answered) return;
      answered = true;
      clearTimeout(giveUp);
      resolve({ stdout, failure });
    };
    const child = execFile(program, [...args], options, (error, stdout, stderr) => {
      if (!error) return answer(stdout, undefined);
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return answer('', { kind: 'missing', text: '' });
      if (error.killed === true) return answer('', { kind: 'hanging', text: '' });
      answer(stdout, { kind: 'failed', text: `${stderr}${stdout}`.trim().split('\n')[0] ?? error.message });
    });
    // A process in uninterruptible sleep does not even die: it is left behind and not waited for.
    const giveUp = setTimeout(() => {
      child.unref();
      answer('', { kind: 'hanging', text: '' });
    }, timeoutMs + 1000);
  });
}

function pathOnly(): { PATH: string } {
  return { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/nvidia/bin' };
}
