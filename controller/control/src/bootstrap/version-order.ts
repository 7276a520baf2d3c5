/** Whether a dotted version is at least another; what follows the numbers ("-generic", "~rc1") does not count. */
export function atLeast(version: string, wanted: string): boolean {
  const have = numbers(version);
  if (have.length === 0) return false;
  const need = numbers(wanted);
  for (let index = 0; index < need.length; index += 1) {
    const difference = (have[index] ?? 0) - (need[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbers(version: string): number[] {
  return /\d+(\.\d+)*/.exec(version)?.[0].split('.').map(Number) ?? [];
}
