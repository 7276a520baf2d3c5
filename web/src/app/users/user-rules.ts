import type { User } from '../api';

export type NameProblem = 'required' | 'tooLong' | 'characters' | 'taken';
export type EmailProblem = 'format' | 'tooLong';

const name = /^[\p{L}\p{N}][\p{L}\p{N}._:-]*$/u;
const email = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** What is wrong with a username, or null; the server checks the same and has the last word. */
export function usernameProblem(username: string, taken: ReadonlySet<string>): NameProblem | null {
  const trimmed = username.trim();
  if (trimmed === '') return 'required';
  if (trimmed.length > 64) return 'tooLong';
  if (!name.test(trimmed)) return 'characters';
  return taken.has(trimmed.toLowerCase()) ? 'taken' : null;
}

/** An e-mail address is optional; a typed one must look like one. */
export function emailProblem(address: string): EmailProblem | null {
  const trimmed = address.trim();
  if (trimmed === '') return null;
  if (trimmed.length > 254) return 'tooLong';
  return email.test(trimmed) ? null : 'format';
}

export type UserAction = 'edit' | 'reset' | 'disable' | 'enable' | 'delete' | 'keys';

/** The built-in administrator keeps its account, and nobody locks out or deletes themselves. */
export function actionsFor(user: User, meId: string | null): ReadonlySet<UserAction> {
  if (user.builtIn) return new Set<UserAction>(['keys']);
  const actions = new Set<UserAction>(['edit', 'keys', 'reset']);
  if (user.id === meId) {
    actions.delete('reset');
    return actions;
  }
  return actions.add(user.status === 'enabled' ? 'disable' : 'enable').add('delete');
}

/** Newest first, the built-in administrator last, as in the guide. */
export function inTableOrder(users: readonly User[]): readonly User[] {
  return [...users].sort((a, b) => Number(a.builtIn) - Number(b.builtIn) || b.createdAt.localeCompare(a.createdAt));
}

export function matchesUser(user: User, words: string): boolean {
  const haystack = `${user.username} ${user.email ?? ''}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => haystack.includes(word));
}
