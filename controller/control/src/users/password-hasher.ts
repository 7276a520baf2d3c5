import { hash, verify } from '@node-rs/argon2';
import { ApiError } from '../http/index.js';

export interface HashCost {
  readonly memoryKib: number;
  readonly passes: number;
}

/** About 80 ms on a server core; OWASP's minimum is 19 MiB with 2 passes. */
const COST: HashCost = { memoryKib: 64 * 1024, passes: 3 };
/** Bounds memory to 256 MiB: otherwise signing in is the way to bring the controller down. */
const AT_ONCE = 4;
const QUEUE = 64;
const NOBODY = 'nobody has this password';

/** argon2id (the package's default) with bounded concurrency. Beyond the queue callers are told to come back. */
export class PasswordHasher {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #dummy: Promise<string> | undefined;

  constructor(private readonly cost: HashCost = COST) {}

  /** @throws ApiError `too-many` when too many wait already. */
  async hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(password, { memoryCost: this.cost.memoryKib, timeCost: this.cost.passes, parallelism: 1 }));
  }

  /**
   * Whether the password belongs to the hash. Without a hash (no such user) it takes as long and says no, so
   * that the time tells nothing about who exists.
   * @throws ApiError `too-many`
   */
  async matches(password: string, stored: string | undefined): Promise<boolean> {
    if (stored === undefined || stored === '') this.#dummy ??= this.hash(NOBODY);
    const against = stored === undefined || stored === '' ? await this.#dummy : stored;
    const right = await this.#inTurn(() => verify(against ?? '', password));
    return right && against === stored;
  }

  /** Makes the hash for unknown users ahead of the first sign-in, so that not even that one differs. */
  async warmUp(): Promise<void> {
    await (this.#dummy ??= this.hash(NOBODY));
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= QUEUE) throw new ApiError('too-many', 'too many people sign in at this moment; try again in a few seconds', { retryAfterSeconds: 5 });
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      // The turn is handed over without becoming free in between, so the limit holds.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
