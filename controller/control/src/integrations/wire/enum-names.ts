/**
 * The REST API's word for an enum value, or undefined for 0. A number that nobody knows stays a number, which the route's
 * schema then refuses with the field's name.
 */
export function nameOf(values: Readonly<Record<string, number>>, value: number): string | number | undefined {
  return value === 0 ? undefined : (Object.keys(values).find((name) => values[name] === value) ?? value);
}
