import type { ServiceRequest, WhatIf } from '../../api';
import { emptyDraft, toRequest } from '../deploy/deploy-draft';

/** One service somebody thinks of; what is left out is for the planner. */
export interface Wish {
  readonly modelId: string | null;
  readonly mode: 'single' | 'distributed' | 'cpu' | null;
  readonly contextLength: number | null;
  readonly parallel: number | null;
}

export const emptyWish: Wish = { modelId: null, mode: null, contextLength: null, parallel: null };
/** The contract takes so many. */
export const mostWishes = 32;

/** The request for what is filled in; null while there is no question in it. */
export function question(wishes: readonly Wish[], withoutNodeIds: readonly string[]): { readonly add: ServiceRequest[]; readonly withoutNodeIds: string[] } | null {
  const add = wishes.flatMap((wish, at) => toRequest({ ...emptyDraft, ...wish, name: `what-if-${at + 1}` }) ?? []);
  return add.length === 0 && withoutNodeIds.length === 0 ? null : { add, withoutNodeIds: [...withoutNodeIds] };
}

/** The filled-in wishes beside their plans, in order. */
export function answered(wishes: readonly Wish[], plans: WhatIf['plans']): readonly { readonly wish: Wish; readonly plan: WhatIf['plans'][number] }[] {
  const asked = wishes.filter(({ modelId }) => modelId !== null);
  return plans.flatMap((plan, at) => {
    const wish = asked[at];
    return wish ? [{ wish, plan }] : [];
  });
}

/** Worst first: what nobody can call any more, then what shrinks, then what moves. */
export function byHarm(affected: WhatIf['affected']): WhatIf['affected'] {
  const rank = ({ outage, movable, instances }: WhatIf['affected'][number]) => (outage ? 0 : movable < instances ? 1 : 2);
  return [...affected].sort((a, b) => rank(a) - rank(b) || a.serviceName.localeCompare(b.serviceName));
}
