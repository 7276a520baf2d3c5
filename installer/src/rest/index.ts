/** The controller's REST API, spoken as the administrator of this machine. */
export { ControlClient, RestError } from './control-client.js';
export { consoleFingerprint, learnAuthority, pinnedAuthority } from './pinned-authority.js';
export type { Instance, Model, Node, Service } from './rest-types.js';
