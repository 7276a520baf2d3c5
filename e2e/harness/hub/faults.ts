/** What goes wrong, on demand. */
export type Fault =
  /** A range is answered with the whole file. */
  | { readonly kind: 'whole-for-range' }
  /** 206 with another range than the one asked for. */
  | { readonly kind: 'wrong-content-range' }
  /** 206 for the right range of a file with another size. */
  | { readonly kind: 'wrong-total' }
  /** Announces all, sends `bytes`, breaks the connection. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** Sends `bytes` less than asked, and announces just that. */
  | { readonly kind: 'short'; readonly bytes: number }
  /** Chunked, without a length, and `bytes` longer than it may be. */
  | { readonly kind: 'too-long'; readonly bytes: number }
  | { readonly kind: 'etag'; readonly etag: string }
  | { readonly kind: 'html' }
  /** HTTP 200 with a message. */
  | { readonly kind: 'json-error' }
  | { readonly kind: 'gzip' }
  /** Right size, wrong content. */
  | { readonly kind: 'wrong-bytes' }
  | { readonly kind: 'redirect'; readonly to: 'other-host' | 'relative' | 'loop' | 'metadata' | 'other-scheme' }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: number }
  /** `bytes` at once, then one byte each `everyMs`. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly everyMs: number }
  /** `bytes`, then nothing. */
  | { readonly kind: 'stall'; readonly bytes: number }
  | { readonly kind: 'reset' }
  /** Of lists: not JSON, or JSON of another shape. */
  | { readonly kind: 'list'; readonly body: string };

export interface FaultRule {
  /** What it strikes: file contents, lists, or what is said about a repository. */
  readonly on: 'file' | 'list' | 'info';
  /** Only this path. */
  readonly path?: string;
  /** So many requests; absent: all. */
  readonly times?: number;
  /** So many matching requests pass first. */
  readonly after?: number;
  readonly fault: Fault;
}

interface Armed {
  readonly rule: FaultRule;
  skip: number;
  left: number;
}

export class Faults {
  #armed: Armed[] = [];

  arm(rules: readonly FaultRule[]): void {
    this.#armed = rules.map((rule) => ({ rule, skip: rule.after ?? 0, left: rule.times ?? Infinity }));
  }

  /** The fault of this request, used up by it. */
  take(on: FaultRule['on'], path?: string): Fault | undefined {
    const found = this.#armed.find(({ rule, left }) => rule.on === on && left > 0 && (rule.path === undefined || rule.path === path));
    if (!found) return undefined;
    if (found.skip > 0) {
      found.skip -= 1;
      return undefined;
    }
    found.left -= 1;
    return found.rule.fault;
  }
}
