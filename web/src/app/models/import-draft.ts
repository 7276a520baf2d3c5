export interface ImportDraft {
  readonly path: string;
  readonly name: string;
  readonly description: string;
}

export const emptyImport: ImportDraft = { path: '', name: '', description: '' };

export type PathProblem = 'required' | 'absolute' | 'outside';

/**
 * What is wrong with the path as far as can be seen without the disk; null when the server should look.
 * `roots` empty means that the server told none: then only it can judge.
 */
export function pathProblem(path: string, roots: readonly string[]): PathProblem | null {
  const trimmed = path.trim();
  if (trimmed === '') return 'required';
  if (!trimmed.startsWith('/')) return 'absolute';
  if (roots.length > 0 && !roots.some((root) => isInside(trimmed, root))) return 'outside';
  return null;
}

function isInside(path: string, root: string): boolean {
  const folder = root.replace(/\/+$/, '');
  return path === folder || path.startsWith(`${folder}/`);
}

/** The name the server would choose: the last part of the path, without a file ending. */
export function suggestedName(path: string): string {
  const last = path.trim().replace(/\/+$/, '').split('/').at(-1) ?? '';
  return last.replace(/\.(gguf|safetensors)$/i, '');
}

export function toImport(draft: ImportDraft): ImportRequest {
  const name = draft.name.trim();
  return { path: draft.path.trim(), description: draft.description.trim(), ...(name !== '' && { name }) };
}

export interface ImportRequest {
  path: string;
  name?: string;
  description: string;
}
