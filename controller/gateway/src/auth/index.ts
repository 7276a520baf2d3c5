export { authorise, keyProblem, mayCall, type Access } from './authorise.js';
export { VerifiedKeys } from './verified-keys.js';
