/** What an engine's own numbers say of its work. */
export interface EngineCounters {
  /** Grows whenever something is computed. */
  readonly work: number;
  /** Requests being computed or waiting. */
  readonly inFlight: number;
}

/** Names of vLLM, SGLang and llama.cpp; labels differ between versions, so values are summed over them. */
const WORK = /^(?:vllm:(?:prompt_tokens|generation_tokens)_total|vllm:iteration_tokens_total_count|sglang:(?:prompt_tokens|generation_tokens)_total|llamacpp:(?:prompt_tokens_total|tokens_predicted_total|n_decode_total))$/;
const IN_FLIGHT = /^(?:vllm:num_requests_(?:running|waiting)|sglang:num_(?:running|queue)_reqs|llamacpp:requests_(?:processing|deferred))$/;

/** Reads Prometheus text; undefined when none of the known numbers is in it. */
export function engineCounters(text: string): EngineCounters | undefined {
  let known = false;
  let [work, inFlight] = [0, 0];
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^([a-zA-Z_:][\w:]*)(?:\{[^}]*\})?\s+(\S+)/.exec(line) ?? [];
    if (!Number.isFinite(Number(value)) || value === '') continue;
    if (WORK.test(name)) work += Number(value);
    else if (IN_FLIGHT.test(name)) inFlight += Number(value);
    else continue;
    known = true;
  }
  return known ? { work, inFlight } : undefined;
}
