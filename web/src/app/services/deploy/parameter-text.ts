/** Adds a flag at the end of a parameter line, ready for its value; a flag that is there already is left alone. */
export function withFlag(parameters: string, flag: string): string {
  if (hasFlag(parameters, flag)) return parameters;
  const kept = parameters.trimEnd();
  return `${kept}${kept === '' ? '' : ' '}${flag} `;
}

export function hasFlag(parameters: string, flag: string): boolean {
  return parameters.split(/[\s=]+/).includes(flag);
}
