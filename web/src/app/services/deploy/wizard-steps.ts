/** The step whose input the server blames; null when no input is to blame. */
export function stepOfField(field: string | undefined): number | null {
  const head = field?.split('.')[0];
  if (head === 'name') return 0;
  return head !== undefined && ['modelId', 'mode', 'nodeIds', 'cards', 'contextLength', 'parallel', 'engine', 'parameters', 'networkInterface', 'replaceAfterMinutes', 'scaling'].includes(head) ? 1 : null;
}
