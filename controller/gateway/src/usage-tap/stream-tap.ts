import { EventSplitter } from './event-splitter.js';
import { mentionsUsage, mergeUsage, readUsage, type TokenUsage } from './token-usage.js';

/** Text of an answer, reasoning or a tool call that is not empty. Cannot match inside a JSON string: quotes are escaped there. */
const CONTENT = /"(?:content|reasoning|reasoning_content|text|arguments|thinking|partial_json|delta)"\s*:\s*"(?!")/;
const FINISHED = /"finish_reason"\s*:\s*"/;
/** The last word of each family: nothing but the end of the connection follows. */
const LAST_WORD = /"type"\s*:\s*"(?:message_stop|response\.(?:completed|incomplete|failed)|transcript\.text\.done|error)"|^data:\s*\[DONE\]/m;
const ENGINE_ERROR = /^data:\s*\{\s*"error"\s*:/m;

/** Reads along a stream of events: tokens, times of content, and whether the engine said the end. Changes nothing but one thing: see `hideUsage`. */
export class StreamTap {
  readonly #splitter: EventSplitter;
  #usage: TokenUsage | undefined;
  #finished = false;
  #lastWord = false;
  #engineError = false;
  #contentEvents = 0;
  #firstContentAt: number | undefined;
  #lastContentAt: number | undefined;

  /**
   * @param hideUsage withhold the usage event with `choices: []`, because the gateway and not the client asked for it
   * @param now monotonic milliseconds
   */
  constructor(
    private readonly hideUsage: boolean,
    private readonly now: () => number,
  ) {
    this.#splitter = new EventSplitter({
      onEvent: (event) => this.#event(event.toString('latin1')),
      onLongEvent: (head) => void this.#event(head.toString('latin1')),
    });
  }

  /** Takes bytes of the engine's answer and returns what the client gets of them now. */
  push(chunk: Buffer): Buffer[] {
    return this.#splitter.push(chunk);
  }

  /** An event without its closing blank line at the end of the answer: it is looked at and, if it may be seen, handed out. */
  end(): Buffer | undefined {
    const rest = this.#splitter.rest();
    return rest && this.#event(rest.toString('latin1')) ? rest : undefined;
  }

  /** The engine said that the answer is complete (or that it failed); a stream that just stops is not. */
  get finished(): boolean {
    return this.#finished || this.#lastWord || this.#engineError;
  }

  /** The client has everything: many leave now without waiting for the end of the connection. */
  get complete(): boolean {
    return this.#lastWord && !this.#engineError;
  }

  get engineError(): boolean {
    return this.#engineError;
  }

  /** The client has seen only the beginning of an event. */
  get midEvent(): boolean {
    return this.#splitter.midEvent;
  }

  get usage(): TokenUsage | undefined {
    return this.#usage;
  }

  get contentEvents(): number {
    return this.#contentEvents;
  }

  get firstContentAt(): number | undefined {
    return this.#firstContentAt;
  }

  get lastContentAt(): number | undefined {
    return this.#lastContentAt;
  }

  #event(text: string): boolean {
    if (CONTENT.test(text)) this.#content();
    if (FINISHED.test(text)) this.#finished = true;
    if (LAST_WORD.test(text)) this.#lastWord = true;
    if (ENGINE_ERROR.test(text)) this.#engineError = true;
    return !mentionsUsage(text) || this.#usageEvent(text);
  }

  #content(): void {
    this.#contentEvents += 1;
    this.#lastContentAt = this.now();
    this.#firstContentAt ??= this.#lastContentAt;
  }

  #usageEvent(text: string): boolean {
    const event = eventData(text);
    const usage = readUsage(event);
    if (usage) this.#usage = mergeUsage(this.#usage, usage);
    return !(this.hideUsage && usage && hasNoChoices(event));
  }
}

function hasNoChoices(event: unknown): boolean {
  const choices = (event as { choices?: unknown }).choices;
  return Array.isArray(choices) && choices.length === 0;
}

/** The JSON of an event's data lines; undefined when it is not JSON. Latin1 is enough: only numbers and keys are read. */
function eventData(text: string): unknown {
  const data = text
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length))
    .join('\n');
  try {
    return JSON.parse(data);
  } catch {
    return undefined; // Broken or cut off: passes to the client as it is.
  }
}
