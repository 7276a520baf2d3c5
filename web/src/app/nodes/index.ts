export { nodesRoutes } from './nodes.routes';
export { nodeTone } from './node-state';
export { gpuGroups } from './gpu-groups';
