/** Counters in Prometheus' text format, named as llama.cpp's own server names them where it has the same figure. */
export class Metrics {
  promptTokens = 0;
  cachedTokens = 0;
  promptSeconds = 0;
  completionTokens = 0;
  completionSeconds = 0;
  /** @type {Record<string, number>} */
  #finished = { stop: 0, length: 0, abort: 0, error: 0 };

  /** @param {number} promptTokens @param {import('./generation.mjs').Outcome} outcome */
  record(promptTokens, outcome) {
    this.promptTokens += promptTokens - outcome.cachedTokens;
    this.cachedTokens += outcome.cachedTokens;
    this.promptSeconds += outcome.promptSeconds;
    this.completionTokens += outcome.completionTokens;
    this.completionSeconds += outcome.completionSeconds;
    this.#finished[outcome.finish] += 1;
  }

  recordError() {
    this.#finished.error += 1;
  }

  /** @param {{ running: number, waiting: number }} now */
  text(now) {
    const rate = (tokens, seconds) => (seconds > 0 ? tokens / seconds : 0);
    return [
      metric('counter', 'llamacpp:prompt_tokens_total', 'Prompt tokens computed', this.promptTokens),
      metric('counter', 'llamacpp:prompt_tokens_cached_total', 'Prompt tokens taken from the cache of a sequence', this.cachedTokens),
      metric('counter', 'llamacpp:prompt_seconds_total', 'Time spent on prompts', this.promptSeconds),
      metric('counter', 'llamacpp:tokens_predicted_total', 'Tokens generated', this.completionTokens),
      metric('counter', 'llamacpp:tokens_predicted_seconds_total', 'Time spent on generating', this.completionSeconds),
      metric('gauge', 'llamacpp:prompt_tokens_seconds', 'Average prompt tokens per second', rate(this.promptTokens, this.promptSeconds)),
      metric('gauge', 'llamacpp:predicted_tokens_seconds', 'Average generated tokens per second', rate(this.completionTokens, this.completionSeconds)),
      metric('gauge', 'llamacpp:requests_processing', 'Requests being computed', now.running),
      metric('gauge', 'llamacpp:requests_deferred', 'Requests waiting for a sequence', now.waiting),
      '# HELP llamacpp:requests_total Requests by how they ended\n# TYPE llamacpp:requests_total counter\n' +
        Object.entries(this.#finished).map(([finish, count]) => `llamacpp:requests_total{finish="${finish}"} ${count}\n`).join(''),
    ].join('');
  }
}

function metric(type, name, help, value) {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`;
}
