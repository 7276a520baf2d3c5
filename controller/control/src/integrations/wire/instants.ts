/** ISO instant to Unix milliseconds. */
export function ms(instant: string): number {
  return Date.parse(instant);
}

export function msOrNone(instant: string | null): number | undefined {
  return instant === null ? undefined : ms(instant);
}
