/**
 * Fields asked of `nvidia-smi --query-gpu`, each with the names it had or got in other drivers, newest habit first.
 * A field the driver does not know fails the whole query, so it is replaced by its next name, or dropped.
 */
const FIELDS: readonly (readonly string[])[] = [
  ['index'],
  ['uuid', 'gpu_uuid'],
  ['name', 'gpu_name'],
  ['pci.bus_id', 'gpu_bus_id'],
  ['memory.total'],
  ['memory.used'],
  ['utilization.gpu'],
  ['temperature.gpu'],
  ['power.draw'],
  ['power.limit'],
  ['driver_version', 'kmd_version'],
  ['compute_cap'],
  ['mig.mode.current'],
  ['ecc.errors.uncorrected.volatile.total'],
  ['gpu_recovery_action'],
  ['clocks_event_reasons.hw_thermal_slowdown', 'clocks_throttle_reasons.hw_thermal_slowdown'],
];

export class NvidiaFields {
  #names: readonly string[] = FIELDS.map(([name = '']) => name);

  get list(): string {
    return this.#names.join(',');
  }

  /** The driver does not know this field. False when nothing can be done about it. */
  unknown(field: string): boolean {
    if (!this.#names.includes(field)) return false;
    const aliases = FIELDS.find((names) => names.includes(field)) ?? [];
    const next = aliases[aliases.indexOf(field) + 1];
    const essential = aliases[0] === 'uuid' && next === undefined;
    if (essential) return false;
    this.#names = next === undefined ? this.#names.filter((name) => name !== field) : this.#names.map((name) => (name === field ? next : name));
    return true;
  }
}

/** The value of a field under whichever of its names the table has it. */
export function cellOf(row: { cell(column: string): string | undefined }, field: string): string | undefined {
  for (const name of FIELDS.find((names) => names[0] === field) ?? [field]) {
    const cell = row.cell(name);
    if (cell !== undefined) return cell;
  }
  return undefined;
}
