/** An error that is answered in OpenAI's shape. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {{ type?: string, param?: string | null, code?: string | null, retryAfterSeconds?: number }} [details]
   */
  constructor(status, message, details = {}) {
    super(message);
    this.status = status;
    this.type = details.type ?? 'invalid_request_error';
    this.param = details.param ?? null;
    this.code = details.code ?? null;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }

  body() {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.code } };
  }
}

/** @param {string} param @param {string} message */
export function badField(param, message) {
  return new ApiError(400, `${param}: ${message}`, { param, code: 'invalid_value' });
}

export function unauthorised() {
  return new ApiError(401, 'The key is missing or not the one of this engine.', { type: 'authentication_error', code: 'invalid_api_key' });
}

export function unavailable(message, code) {
  return new ApiError(503, message, { type: 'unavailable_error', code, retryAfterSeconds: 1 });
}

/** @param {number} contextSize @param {number} promptTokens @param {string} param */
export function contextTooLong(contextSize, promptTokens, param) {
  return new ApiError(
    400,
    `This model's maximum context length is ${contextSize} tokens. However, your prompt contains ${promptTokens} input tokens. ` +
      'Please reduce the length of the input prompt.',
    { param, code: 'context_length_exceeded' },
  );
}
