import type { Node } from '../../api';

export interface InterfaceOption {
  readonly name: string;
  /** Of the slowest node; null where one does not tell. */
  readonly speedMbps: number | null;
}

/** Interfaces that are up and have an address on every one of these nodes, the fastest first. */
export function commonInterfaces(nodes: readonly Node[]): readonly InterfaceOption[] {
  const known = nodes.flatMap(({ inventory }) => (inventory ? [inventory.interfaces.filter(({ up, addresses }) => up && addresses.length > 0)] : []));
  const [first, ...others] = known;
  if (!first) return [];
  return first
    .filter(({ name }) => others.every((list) => list.some((each) => each.name === name)))
    .map(({ name }) => ({ name, speedMbps: slowest(known.flatMap((list) => list.filter((each) => each.name === name).map((each) => each.speedMbps))) }))
    .sort((a, b) => (b.speedMbps ?? 0) - (a.speedMbps ?? 0) || a.name.localeCompare(b.name));
}

function slowest(speeds: readonly (number | null)[]): number | null {
  return speeds.reduce((least, speed) => (least === null || speed === null ? null : Math.min(least, speed)), speeds[0] ?? null);
}
