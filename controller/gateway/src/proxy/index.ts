export type { CallEnvironment, CallTimeouts } from './call-environment.js';
export { answerError, type ClientExchange } from './client-exchange.js';
export { API_ENDPOINTS, type ApiEndpoint } from './endpoints.js';
export { InferenceCall } from './inference-call.js';
export { CallDemand } from './call-demand.js';
export { LiveCalls, type LiveCall } from './live-calls.js';
