import type { ImportReport } from '../../api';

export interface ImportDraft {
  readonly path: string;
  /** Null: the management node. */
  readonly nodeId: string | null;
  readonly mode: 'copy' | 'in-place';
  readonly name: string;
  readonly description: string;
}

export const emptyImport: ImportDraft = { path: '', nodeId: null, mode: 'copy', name: '', description: '' };

export type PathProblem = 'required' | 'absolute' | 'outside';

/**
 * What is wrong with the path as far as can be seen without the disk; null when the server should look.
 * `roots` empty means that the server told none: then only it can judge. Of a node the agent judges.
 */
export function pathProblem({ path, nodeId }: Pick<ImportDraft, 'path' | 'nodeId'>, roots: readonly string[]): PathProblem | null {
  const trimmed = path.trim();
  if (trimmed === '') return 'required';
  if (!trimmed.startsWith('/')) return 'absolute';
  if (nodeId === null && roots.length > 0 && !roots.some((root) => isInside(trimmed, root))) return 'outside';
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
  return { path: draft.path.trim(), nodeId: draft.nodeId, mode: draft.nodeId === null ? draft.mode : 'in-place', description: draft.description.trim(), ...(name !== '' && { name }) };
}

export interface ImportRequest {
  path: string;
  nodeId: string | null;
  mode: 'copy' | 'in-place';
  name?: string;
  description: string;
}

/** Findings that a person reads, the worst first. */
export function worstFirst(findings: ImportReport['findings']): ImportReport['findings'] {
  const order = ['error', 'warning', 'ok'];
  return findings.toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
}
