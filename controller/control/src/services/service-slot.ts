/** One wanted instance: its place in the service, and the nodes it may run on (empty: any). */
export interface ServiceSlot {
  readonly slot: number;
  readonly nodeIds: readonly string[];
}
