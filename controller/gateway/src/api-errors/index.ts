export { apiError, type ApiError, type ApiErrorCode, type ShownError } from './api-error.js';
export { Refusal, refusal } from './refusal.js';
export { errorHeaders, renderError, renderStreamError, type ErrorDialect, type StreamFamily } from './render.js';
