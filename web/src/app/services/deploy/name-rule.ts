export type NameProblem = 'required' | 'tooLong' | 'start' | 'characters' | 'taken';

const start = /^[\p{L}\p{N}]/u;
const all = /^[\p{L}\p{N}._:-]+$/u;

/**
 * What is wrong with a service name, or null. The server checks the same rule and has the last word;
 * this one answers while typing. The name is the Model ID that clients send, so it must be unique.
 */
export function nameProblem(name: string, taken: ReadonlySet<string>): NameProblem | null {
  const trimmed = name.trim();
  if (trimmed === '') return 'required';
  if (trimmed.length > 64) return 'tooLong';
  if (!start.test(trimmed)) return 'start';
  if (!all.test(trimmed)) return 'characters';
  if (taken.has(trimmed)) return 'taken';
  return null;
}
