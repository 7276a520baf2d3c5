import type { Operation } from '../api';
import { isOpen } from '../operations';

/** The page on which an operation is looked after; null when it has none. */
export function operationLink({ kind, subjectId, state }: Pick<Operation, 'kind' | 'subjectId' | 'state'>): string | null {
  switch (kind) {
    case 'add-node':
      return state === 'cancelled' ? null : `/nodes/${subjectId}/setup`;
    case 'drain-node':
      return `/nodes/${subjectId}`;
    case 'upgrade-agents':
      return '/nodes';
    case 'deploy':
      return `/services/${subjectId}`;
    case 'import-model':
    case 'download-model':
    case 'verify-model':
    case 'prefetch-model':
      return `/models/${subjectId}`;
    case 'remove-node':
      return null;
  }
}

/** What waits for a person first, then what runs, then what is over; each as it came, newest first. */
export function trayOrder(operations: readonly Operation[]): readonly Operation[] {
  const rank = (operation: Operation) => (operation.state === 'waiting' ? 0 : isOpen(operation) ? 1 : 2);
  return operations.toSorted((one, other) => rank(one) - rank(other));
}
