import { bytesText } from './memory-estimate.js';

/** Why not: a word for programs and translations, the numbers in it, and the sentence. */
export interface Reason {
  readonly code: string;
  readonly numbers: Readonly<Record<string, number>>;
  readonly text: string;
}

export function because(code: string, text: string, numbers: Readonly<Record<string, number>> = {}): Reason {
  return { code, numbers, text };
}

/** Too little room, always with the same two numbers. */
export function tooSmall(code: string, neededBytes: number, availableBytes: number, sentence: (needed: string, available: string) => string, more: Readonly<Record<string, number>> = {}): Reason {
  return because(code, sentence(bytesText(neededBytes), bytesText(availableBytes)), { ...more, neededBytes, availableBytes });
}
