export { NodeTable } from './list/node-table';
export { nodesRoutes } from './nodes.routes';
export { nodesStrings } from './nodes-strings';
