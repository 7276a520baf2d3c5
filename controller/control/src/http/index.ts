export type { Caller as CallerIdentity } from './caller.js';
export { LOCAL_ADMIN_ID } from './caller.js';
export { Caller, Endpoint, Input, type InputOf } from './endpoint.js';
export { ApiError, type ErrorCode } from './errors.js';
