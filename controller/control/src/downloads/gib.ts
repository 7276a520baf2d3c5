/** Bytes for people: "3.31 GiB", "12.0 MiB". */
export function gib(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : (value >= 100 ? Math.round(value) : value.toPrecision(3))} ${units[unit] ?? ''}`;
}
