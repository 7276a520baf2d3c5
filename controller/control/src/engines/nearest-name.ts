/** The name a person may have meant: as few changed letters as possible, at most a third of the word; else one that has all of its letters in order, or is part of it. */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  const near = names.map((name) => ({ name, changes: changes(typed, name) })).sort((a, b) => a.changes - b.changes || a.name.localeCompare(b.name))[0];
  if (near && near.changes <= Math.max(1, Math.floor(typed.length / 3))) return near.name;
  if (typed.length < 3) return undefined;
  const [shortest] = names.filter((name) => holds(name, typed)).sort((a, b) => a.length - b.length);
  return names.find((name) => name.startsWith(typed)) ?? shortest ?? names.find((name) => name.length > 3 && typed.includes(name));
}

function holds(name: string, letters: string): boolean {
  let at = 0;
  for (const letter of name) if (letter === letters[at]) at += 1;
  return at === letters.length;
}

/** Letters to put in, take out or exchange (Levenshtein). */
function changes(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
}
