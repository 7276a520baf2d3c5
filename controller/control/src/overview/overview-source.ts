import type { OverviewInput } from './overview.js';

/** Where the overview's numbers come from: the lists of the cluster's rooms. */
export abstract class OverviewSource {
  abstract lists(): Promise<Omit<OverviewInput, 'usage'>>;
}
