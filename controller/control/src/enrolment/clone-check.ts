/** What a node that is there says of its machine. */
export interface KnownMachine {
  readonly name: string;
  readonly machineId: string;
  readonly bootId: string;
  /** Milliseconds since its last word; undefined when it has not been heard since the controller started. */
  readonly silentMs: number | undefined;
}

/** As long as a node counts as alive (unreachable after 45 s). */
const ALIVE_MS = 45_000;

/**
 * The live node whose machine id the joining server also has. The same id under another boot at the same time means that
 * a disk was copied; the same id and boot is another agent on the same server, which is allowed.
 */
export function twinOf(joining: { readonly machineId: string; readonly bootId: string }, known: readonly KnownMachine[]): KnownMachine | undefined {
  if (joining.machineId === '' || joining.bootId === '') return undefined;
  return known.find(
    ({ machineId, bootId, silentMs }) => machineId === joining.machineId && bootId !== '' && bootId !== joining.bootId && silentMs !== undefined && silentMs < ALIVE_MS,
  );
}
