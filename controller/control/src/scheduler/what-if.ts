import { planDeployment } from './plan-deployment.js';
import type { Plan, PlanModel, PlanNode, PlanRequest } from './plan-types.js';

/** One running instance, as far as moving it is concerned. */
export interface StandingInstance {
  readonly serviceId: string;
  readonly serviceName: string;
  readonly nodeId: string;
  readonly gpuUuids: readonly string[];
  readonly needBytes: number;
  readonly ready: boolean;
  readonly request: PlanRequest;
  readonly model: PlanModel;
}

export interface Affected {
  readonly serviceId: string;
  readonly serviceName: string;
  readonly instances: number;
  readonly movable: number;
  /** No ready instance would be left. */
  readonly outage: boolean;
  readonly reasons: readonly string[];
}

/** Plans one after another; each takes what it was given from the nodes that the next one sees. */
export function planAll(wishes: readonly { readonly request: PlanRequest; readonly model: PlanModel }[], nodes: readonly PlanNode[]): { readonly plans: readonly Plan[]; readonly nodes: readonly PlanNode[] } {
  let rest = nodes;
  const plans = wishes.map(({ request, model }) => {
    const plan = planDeployment(request, model, rest);
    if (plan.fits) rest = afterwards(plan, rest);
    return plan;
  });
  return { plans, nodes: rest };
}

/** What stands on nodes that are to go away, and where it could go instead. */
export function withoutNodes(goneIds: ReadonlySet<string>, instances: readonly StandingInstance[], nodes: readonly PlanNode[]): readonly Affected[] {
  let rest: readonly PlanNode[] = nodes.filter(({ id }) => !goneIds.has(id));
  const found = new Map<string, { serviceName: string; instances: number; movable: number; reasons: Set<string>; stays: boolean }>();
  for (const instance of instances) {
    if (!goneIds.has(instance.nodeId)) continue;
    const entry = found.get(instance.serviceId) ?? { serviceName: instance.serviceName, instances: 0, movable: 0, reasons: new Set<string>(), stays: staysSomewhere(instance.serviceId, goneIds, instances) };
    found.set(instance.serviceId, entry);
    entry.instances += 1;
    const plan = planDeployment({ ...instance.request, nodeIds: [], cards: [] }, instance.model, rest);
    if (plan.fits) {
      entry.movable += 1;
      rest = afterwards(plan, rest);
    } else {
      for (const { level, message } of plan.notes) if (level === 'error') entry.reasons.add(message);
    }
  }
  return [...found].map(([serviceId, { serviceName, instances: count, movable, reasons, stays }]) => ({ serviceId, serviceName, instances: count, movable, outage: !stays && movable === 0, reasons: [...reasons] }));
}

function staysSomewhere(serviceId: string, goneIds: ReadonlySet<string>, instances: readonly StandingInstance[]): boolean {
  return instances.some((one) => one.serviceId === serviceId && one.ready && !goneIds.has(one.nodeId));
}

/** The nodes as they are once the plan's instance stands there. */
function afterwards(plan: Plan, nodes: readonly PlanNode[]): PlanNode[] {
  return nodes.map((node) => {
    const placement = plan.placements.find(({ nodeId }) => nodeId === node.id);
    if (!placement) return node;
    const taken = new Set(placement.gpuUuids);
    return {
      ...node, instances: node.instances + 1, reservedBytes: node.reservedBytes + (taken.size === 0 ? plan.memory.totalBytes : 0),
      cards: node.cards.map((card) => (taken.has(card.uuid) ? { ...card, taken: true } : card)),
    };
  });
}
