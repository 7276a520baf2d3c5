import { waitFor } from '@openstation/kit';
import OpenAI from 'openai';

/** The official client against a gateway. It does not retry: a journey wants to see each failure. */
export function openaiClient(baseURL: string, apiKey: string): OpenAI {
  return new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 30_000 });
}

export interface Chat {
  readonly text: string;
  readonly chunks: number;
  readonly usage: OpenAI.CompletionUsage | undefined;
}

/** One streamed chat, read to its end. */
export async function streamChat(client: OpenAI, model: string, content = 'Say something.'): Promise<Chat> {
  const stream = await client.chat.completions.create({ model, messages: [{ role: 'user', content }], stream: true, stream_options: { include_usage: true } });
  let text = '';
  let chunks = 0;
  let usage: OpenAI.CompletionUsage | undefined;
  let finished = false;
  for await (const chunk of stream) {
    chunks += 1;
    text += chunk.choices[0]?.delta.content ?? '';
    finished ||= chunk.choices[0]?.finish_reason != null;
    usage = chunk.usage ?? usage;
  }
  if (!finished) throw new Error(`stream ended after ${chunks} chunks without a finish reason`);
  return { text, chunks, usage };
}

export interface TrafficFailure {
  /** Milliseconds since the traffic began. */
  readonly atMs: number;
  readonly reason: string;
}

export interface TrafficReport {
  readonly sent: number;
  readonly succeeded: number;
  readonly failures: readonly TrafficFailure[];
}

export interface TrafficOptions {
  readonly workers: number;
  /** Upper bound of requests, so that a forgotten generator ends by itself. */
  readonly maxRequests: number;
  /** Every second request streams. */
  readonly content?: string;
}

/** Requests from several workers, one after another each, until stopped; every failure is kept with its reason. */
export class Traffic {
  readonly #failures: TrafficFailure[] = [];
  readonly #began = performance.now();
  readonly #workers: Promise<void>[];
  #sent = 0;
  #succeeded = 0;
  #stopped = false;

  constructor(private readonly client: OpenAI, private readonly model: string, private readonly options: TrafficOptions) {
    this.#workers = Array.from({ length: options.workers }, () => this.#work());
  }

  /** So far. */
  get report(): TrafficReport {
    return { sent: this.#sent, succeeded: this.#succeeded, failures: [...this.#failures] };
  }

  /** Lets the running requests end. */
  async stop(): Promise<TrafficReport> {
    this.#stopped = true;
    await Promise.all(this.#workers);
    return this.report;
  }

  async #work(): Promise<void> {
    while (!this.#stopped && this.#sent < this.options.maxRequests) {
      const number = (this.#sent += 1);
      try {
        if (number % 2 === 0) await streamChat(this.client, this.model, this.options.content);
        else await this.client.chat.completions.create({ model: this.model, messages: [{ role: 'user', content: this.options.content ?? 'Hello' }] });
        this.#succeeded += 1;
      } catch (error) {
        this.#failures.push({ atMs: Math.round(performance.now() - this.#began), reason: reasonOf(error) });
      }
    }
  }
}

/** Waits for so many more answers. */
export type Answers = (count: number) => Promise<void>;

/** Calls of four workers without a pause before, during and after what is done. @returns the failures */
export async function callThroughout(client: OpenAI, model: string, work: (answers: Answers) => Promise<void>): Promise<readonly TrafficFailure[]> {
  const traffic = new Traffic(client, model, { workers: 4, maxRequests: 100_000 });
  const answers: Answers = async (count) => {
    const goal = traffic.report.succeeded + count;
    await waitFor(() => traffic.report.succeeded >= goal, { what: `${count} more answers`, timeoutMs: 30_000, everyMs: 5 });
  };
  try {
    await answers(4);
    await work(answers);
    await answers(8);
    return (await traffic.stop()).failures;
  } catch (error) {
    const { failures } = await traffic.stop();
    throw new Error(`${(error as Error).message}; failed calls: ${JSON.stringify(failures.slice(0, 5))}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof OpenAI.APIError) return `${error.status ?? 'no answer'} ${error.code ?? ''} ${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`.trim();
  return error instanceof Error ? error.message : String(error);
}
