/** Whose log: an instance's, or of one that spans nodes one member's. Of an instance of one node the rank is 0. */
export interface LogOf {
  readonly instanceId: string;
  readonly rank: number;
}

const NAME = /^([0-9a-f-]{36})(?:\.([1-9]\d{0,2}))?$/;

/** `<instance>` of the head, `<instance>.<rank>` of the other members. */
export function logName({ instanceId, rank }: LogOf): string {
  return rank === 0 ? instanceId : `${instanceId}.${rank}`;
}

/** Undefined for a name that is not of a log. */
export function logOf(name: string): LogOf | undefined {
  const [, instanceId, rank = '0'] = NAME.exec(name) ?? [];
  return instanceId === undefined ? undefined : { instanceId, rank: Number(rank) };
}
