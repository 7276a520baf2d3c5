const smallest = 1024;

/** Stops of the context slider: powers of two up to what the model can do, and that itself. */
export function contextSteps(most: number): readonly number[] {
  const steps: number[] = [];
  for (let length = smallest; length < most; length *= 2) steps.push(length);
  return [...steps, Math.max(128, most)];
}

/** The stop nearest to a length, on the scale of the slider. */
export function stepAt(steps: readonly number[], length: number): number {
  const distance = (step: number) => Math.abs(Math.log2(step) - Math.log2(Math.max(1, length)));
  return steps.reduce((best, step, at) => (distance(step) < distance(steps[best] ?? 1) ? at : best), 0);
}

/** `32k`, `131k`: short enough for a tick; below a thousand the number itself. */
export function shortLength(tokens: number): string {
  return tokens < 1000 ? String(tokens) : `${Math.round(tokens / 1024)}k`;
}
