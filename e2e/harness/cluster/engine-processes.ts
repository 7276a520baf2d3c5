import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';

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
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => ({ pid: Number(pid), args: commandLine(pid) }))
    .filter(({ args }) => basename(args[0] ?? '') === 'node' && flag(args, '--control') === controlFile)
    .map(({ pid, args }) => ({ pid, port: Number(flag(args, '--port')), model: flag(args, '--alias') ?? flag(args, '--served-model-name') ?? '', rank: number(args, '--node-rank'), contextSize: number(args, '--ctx-size') ?? number(args, '--max-model-len'), instanceId: instanceOf(args) }));
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
function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
