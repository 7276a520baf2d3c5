import type { Plan } from '../scheduler/index.js';

/**
 * The planner can place one instance across several nodes, but nothing starts such a group yet: its plan says so
 * before anybody confirms it. Every other problem of the plan is kept. Pure.
 */
export function withoutGroups(plan: Plan): Plan {
  if (plan.mode !== 'distributed' && plan.placements.length < 2) return plan;
  const message = 'one instance across several nodes cannot be started by this version: name one node with enough cards';
  return { ...plan, fits: false, notes: [{ level: 'error', code: 'distributed-unavailable', field: 'mode', message }, ...plan.notes] };
}
