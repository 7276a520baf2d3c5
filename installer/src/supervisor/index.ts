/** Keeps the product's processes running, and knows what an earlier supervisor left. */
export { agentSession, logSize, refusalIn, type AgentSession } from './agent-session.js';
export { Supervisor } from './supervisor.js';
export { leftovers, liveSupervisor, SupervisorFile, type SupervisorRecord } from './supervisor-record.js';
export { stopLeftovers } from './stop-leftovers.js';
export type { ProcessRecord, ProcessSpec, SupervisedProcess } from './supervised-process.js';
export type { ProcessState } from './restart.machine.js';
