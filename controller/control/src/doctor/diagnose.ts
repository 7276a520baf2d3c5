import type { z } from 'zod';
import { ParameterError } from '../engines/index.js';
import type { diagnosisSchema } from '../instances/instances.schema.js';
import { withParameter, withoutParameter } from './change-parameters.js';
import { memorySignatures } from './memory-signatures.js';
import { modelSignatures, notLoaded } from './model-signatures.js';
import type { Patient, Remedy, Signature } from './signature.js';
import { ends, exits, type End } from './ends.js';
import { systemSignatures } from './system-signatures.js';

export type Diagnosis = z.infer<typeof diagnosisSchema>;

/** How an engine ended and what it had said. */
export interface Case extends Patient {
  readonly lines: readonly { readonly number: number; readonly text: string }[];
  /** What the node calls the end: "exited", "killed", "engine-gone" … */
  readonly reason: string;
  /** What the node said of it; also searched, after the log. */
  readonly message: string;
  readonly exitCode: number | null;
}

/**
 * Causes before consequences: what names a cause exactly stands first. Models before memory, because a refused model
 * often ends with a memory word; general words of the system last.
 */
const signatures: readonly Signature[] = [...modelSignatures, ...memorySignatures, ...systemSignatures, notLoaded];

/** Lines that only say that something above went wrong. */
const CONSEQUENCE = /Engine core initialization failed|See root cause above|Received sigquit from a child process|^Traceback|KeyboardInterrupt|exiting due to model loading error/;
const MAX_EVIDENCE = 500;
/** Complaints that every start makes somewhere and that nothing comes of. vLLM on CPUs asks for the memory policy of a kernel that does not tell. */
const HARMLESS = /get_mempolicy: Operation not permitted/;
/** Logs are foreign text: so much of a line, and so many lines from both ends, bound what a hostile one costs. */
const MATCHED_CHARACTERS = 600;
const FIRST_LINES = 200;
const LAST_LINES = 600;

/** The cause of a failed start or an end, or undefined when nothing known is in it. */
export function diagnose(found: Case): Diagnosis | undefined {
  const end = ends.get(found.reason);
  // What ended it from outside is no matter of its log.
  if (end?.decides === true) return ofEnd(end, found);
  const lines = [...bothEnds(found.lines).filter(({ text }) => tells(text.slice(0, MATCHED_CHARACTERS))), { number: null, text: found.message }];
  for (const signature of signatures) {
    if (signature.engines && !signature.engines.some((engine) => engine === found.engine)) continue;
    for (const { number, text } of lines) {
      const match = signature.pattern.exec(text.slice(0, MATCHED_CHARACTERS));
      if (match) return worded(signature, match, text, number, found);
    }
  }
  return byExit(found) ?? (end && ofEnd(end, found));
}

function tells(text: string): boolean {
  return !CONSEQUENCE.test(text) && !HARMLESS.test(text);
}

function ofEnd({ code, title, advice }: End, { message }: Case): Diagnosis {
  return { code, title, advice, evidence: message.slice(0, MAX_EVIDENCE), evidenceLine: null, fix: null };
}

function bothEnds<T>(lines: readonly T[]): readonly T[] {
  return lines.length <= FIRST_LINES + LAST_LINES ? lines : [...lines.slice(0, FIRST_LINES), ...lines.slice(-LAST_LINES)];
}

function worded({ code, title, advice, remedy }: Signature, match: RegExpExecArray, text: string, number: number | null, found: Case): Diagnosis {
  const change = remedy?.(match, found);
  return { code, title, evidence: text.trim().slice(0, MAX_EVIDENCE), evidenceLine: number, advice: advice(match, found), fix: change ? fixOf(change, found) : null };
}

function fixOf({ label, set, unset, contextLength, parallel }: Remedy, { parameters }: Patient): Diagnosis['fix'] {
  try {
    const fewer = unset === undefined || unset === '' ? parameters : withoutParameter(parameters, unset);
    const changed = set ? withParameter(fewer, set.flag, set.value) : fewer;
    const same = changed === parameters && contextLength === undefined && parallel === undefined;
    return same ? null : { label, parameters: changed, contextLength: contextLength ?? null, parallel: parallel ?? null };
  } catch (error) {
    if (error instanceof ParameterError) return null;
    throw error;
  }
}

/** What the exit alone tells: signals of the kernel, and the shell's 126 and 127. */
function byExit(found: Case): Diagnosis | undefined {
  const end = exits.get(found.exitCode ?? 0);
  return end && ofEnd(end, found);
}
