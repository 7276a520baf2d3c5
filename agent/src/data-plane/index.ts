/** The node's only inbound door: inference calls from gateways, model files for other agents. */
export { DataPlane, type AnswerModels, type FindTarget } from './data-plane.js';
export { RevokedMembers } from './revoked-members.js';
