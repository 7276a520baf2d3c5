/** The built product, started and stopped for a test. */
export { Admin, type DeployWish } from './admin.js';
export { Cluster, type AgentHost, type ClusterOptions } from './cluster.js';
export type { FakeEngineProcess } from './engine-processes.js';
export { processesNaming, type Leftover } from './leftovers.js';
export { ManagedProcess, type Exit, type ProcessSpec } from './managed-process.js';
export { type EngineChoice } from './policy.js';
export { Rest, RestError } from './rest.js';
export { useCluster } from './use-cluster.js';
export type { CallView, InstanceView, KeyView, ModelView, NodeView, ServiceView, UserView } from './views.js';
