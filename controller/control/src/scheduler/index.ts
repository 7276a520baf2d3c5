/** Where instances run, and why not elsewhere. */
export { planDeployment } from './plan-deployment.js';
export { PlanInputs, planModel } from './plan-inputs.js';
export type { Plan, PlanRequest } from './plan-types.js';
export { planAll, withoutNodes, type Affected, type StandingInstance } from './what-if.js';
export { SchedulerModule } from './scheduler.module.js';
