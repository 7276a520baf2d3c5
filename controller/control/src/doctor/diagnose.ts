import type { z } from 'zod';
import { ParameterError } from '../engines/index.js';
import type { diagnosisSchema } from '../instances/instances.schema.js';
import { withParameter, withoutParameter } from './change-parameters.js';
import { memorySignatures } from './memory-signatures.js';
import { modelSignatures } from './model-signatures.js';
import type { Patient, Remedy, Signature } from './signature.js';
import { systemSignatures } from './system-signatures.js';

export type Diagnosis = z.infer<typeof diagnosisSchema>;

/** How an engine ended and what it had said. */
export interface Case extends Patient {
  readonly lines: readonly { readonly number: number; readonly text: string }[];
  /** What the node said of it; also searched, after the log. */
  readonly message: string;
  readonly exitCode: number | null;
  readonly oomKilled: boolean;
}

/**
 * Causes before consequences: what names a cause exactly stands first. Models before memory, because a refused model
 * often ends with a memory word; general words of the system last.
 */
const signatures: readonly Signature[] = [...modelSignatures, ...memorySignatures, ...systemSignatures];

/** Lines that only say that something above went wrong. */
const CONSEQUENCE = /Engine core initialization failed|See root cause above|Received sigquit from a child process|^Traceback|KeyboardInterrupt|exiting due to model loading error/;
const MAX_EVIDENCE = 500;
/** Logs are foreign text: so much of a line, and so many lines from both ends, bound what a hostile one costs. */
const MATCHED_CHARACTERS = 600;
const FIRST_LINES = 200;
const LAST_LINES = 600;

/** The cause of a failed start or an end, or undefined when nothing known is in it. */
export function diagnose(found: Case): Diagnosis | undefined {
  const lines = [...bothEnds(found.lines).filter(({ text }) => !CONSEQUENCE.test(text.slice(0, MATCHED_CHARACTERS))), { number: null, text: found.message }];
  for (const signature of signatures) {
    if (signature.engines && !signature.engines.some((engine) => engine === found.engine)) continue;
    for (const { number, text } of lines) {
      const match = signature.pattern.exec(text.slice(0, MATCHED_CHARACTERS));
      if (match) return worded(signature, match, text, number, found);
    }
  }
  return byExit(found);
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

/** What the exit alone tells: signals of the kernel, and argparse's 2. */
function byExit({ exitCode, oomKilled, message }: Case): Diagnosis | undefined {
  const base = { evidence: message.slice(0, MAX_EVIDENCE), evidenceLine: null, fix: null };
  if (oomKilled || exitCode === 137) return { ...base, code: 'host-memory', title: 'The server’s memory is not enough', advice: 'The kernel killed the engine. Free memory on the node, take a smaller model, or another node.' };
  if (exitCode === 139) return { ...base, code: 'crash', title: 'The engine crashed', advice: 'It accessed memory it does not own (segmentation fault). Try another version of its image; if it happens on one node only, suspect its hardware.' };
  if (exitCode === 132) return { ...base, code: 'cpu-instructions', title: 'The processor lacks instructions that the engine needs', advice: 'Use a node with a newer processor, or llama.cpp.' };
  if (exitCode === 126 || exitCode === 127) return { ...base, code: 'program-missing', title: 'The program of the engine cannot be started', advice: 'The image or the command in the node’s policy has no such program.' };
  return undefined;
}
