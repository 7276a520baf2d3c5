import { unknownMark } from '../../ui-kit';

/** Speed of a network interface: `10 Gbit/s`, `100 Mbit/s`; interfaces that have none, such as bridges, tell nothing. */
export function linkSpeed(mbps: number | null): string {
  if (mbps === null || mbps <= 0) return unknownMark;
  return mbps >= 1000 ? `${Number((mbps / 1000).toFixed(1))} Gbit/s` : `${mbps} Mbit/s`;
}
