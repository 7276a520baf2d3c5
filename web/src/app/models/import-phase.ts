const phases = ['queued', 'checking', 'reading', 'copying', 'hashing', 'finishing'] as const;

/** Translation key of an import phase; null for one that this console does not know, which is shown as it came. */
export function phaseKey(phase: string): string | null {
  return (phases as readonly string[]).includes(phase) ? `models.phase.${phase}` : null;
}
