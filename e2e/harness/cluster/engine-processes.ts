import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { EngineControl } from '../fake-engine/index.js';
import { run } from '../run.js';

/** As fake-engine/image.ts calls the fake engine. */
const IMAGE_PROGRAMS = new Set(['llama-server', 'vllm']);

export interface FakeEngineProcess {
  readonly pid: number;
  readonly port: number;
  /** Name of the service it serves. */
  readonly model: string;
  /** Of an engine that spans nodes. */
  readonly rank: number | undefined;
  readonly contextSize: number | undefined;
  /** Undefined for an engine that no agent started. */
  readonly instanceId: string | undefined;
}

/** Running fake engines that read this control file: found by their command line, so whoever started them. */
export function fakeEngines(controlFile: string): FakeEngineProcess[] {
  return enginesAmong((_pid, args) => flag(args, '--control') === controlFile);
}

/** Running fake engines in containers whose control group's path has this in it. */
export function containedEngines(cgroup: string): FakeEngineProcess[] {
  return enginesAmong((pid, args) => IMAGE_PROGRAMS.has(basename(args[1] ?? '')) && read(`/proc/${pid}/cgroup`).includes(cgroup));
}

/** Steers an engine from beside it, in its own network. Ranks without an HTTP server cannot be told. */
export async function tellScript({ pid, port, rank = 0 }: FakeEngineProcess, script: EngineControl): Promise<void> {
  if (rank > 0) return;
  await run(['nsenter', '-t', String(pid), '-n', 'curl', '-sf', '-X', 'PUT', '-d', JSON.stringify(script), `http://127.0.0.1:${port}/fake/script`], { timeoutMs: 5000 });
}

function enginesAmong(mine: (pid: string, args: readonly string[]) => boolean): FakeEngineProcess[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => ({ pid, args: read(`/proc/${pid}/cmdline`).split('\0') }))
    .filter(({ pid, args }) => basename(args[0] ?? '') === 'node' && mine(pid, args))
    .map(({ pid, args }) => ({ pid: Number(pid), port: Number(flag(args, '--port')), model: flag(args, '--alias') ?? flag(args, '--served-model-name') ?? '', rank: number(args, '--node-rank'), contextSize: number(args, '--ctx-size') ?? number(args, '--max-model-len'), instanceId: instanceOf(args) }));
}

/** Agents keep each engine's key below a directory named after the instance and its generation. */
function instanceOf(args: readonly string[]): string | undefined {
  return /os-([0-9a-f-]{36})-g\d+/.exec(flag(args, '--api-key-file') ?? '')?.[1];
}

function number(args: readonly string[], name: string): number | undefined {
  const text = flag(args, name);
  return text === undefined ? undefined : Number(text);
}

function flag(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}

/** Empty for a process that has just ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
