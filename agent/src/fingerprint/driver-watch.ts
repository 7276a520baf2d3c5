import { deadline } from '@openstation/kit';
import type { DriverInfo } from '@openstation/proto';
import type { EngineDriver } from '../driver/index.js';

const ANSWER_WITHIN_MS = 6000;
const EVERY_MS = 10_000;
/** After an answer that was late or no. */
const AGAIN_MS = 2000;

export interface DriverState extends DriverInfo {
  /** It did not refuse, it did not answer. */
  readonly hanging: boolean;
}

/**
 * How the ways to run engines are, asked in the background: a container engine that hangs holds up nobody. One late answer is
 * a busy engine, two in a row are one that hangs.
 */
export class DriverWatch {
  readonly #states = new Map<string, DriverState>();
  /** Whose last answer was late. */
  readonly #late = new Set<string>();
  readonly #asked = new Map<string, Promise<void>>();
  #nextAt = -Infinity;

  constructor(private readonly drivers: readonly EngineDriver[], private readonly now: () => number) {}

  states(): DriverState[] {
    return this.drivers.flatMap((driver) => this.#states.get(driver.name) ?? []);
  }

  /** Asks those that are due and not being asked. Resolves within the deadline; never rejects. */
  async look(): Promise<void> {
    if (this.now() < this.#nextAt && this.drivers.every((driver) => this.#states.has(driver.name))) return;
    this.#nextAt = this.now() + EVERY_MS;
    await Promise.all(this.drivers.map((driver) => this.#ask(driver)));
    if (this.#late.size > 0 || this.states().some(({ available }) => !available)) this.#nextAt = this.now() + AGAIN_MS;
  }

  async #ask(driver: EngineDriver): Promise<void> {
    const asked = this.#asked.get(driver.name) ?? this.#begin(driver);
    try {
      await deadline(asked, ANSWER_WITHIN_MS, `the ${driver.name} engine`);
    } catch (error) {
      this.#answered({ name: driver.name, available: false, version: '', message: `${(error as Error).message}: it hangs`, hanging: true });
    }
  }

  #answered(state: DriverState): void {
    const spared = state.hanging && !this.#late.has(state.name) && this.#states.get(state.name)?.available;
    if (state.hanging) this.#late.add(state.name);
    else this.#late.delete(state.name);
    if (!spared) this.#states.set(state.name, state);
  }

  /** The answer counts whenever it comes: it is how the engine is found to be back. */
  #begin(driver: EngineDriver): Promise<void> {
    const { name } = driver;
    const asked = driver
      .fingerprint()
      .then(
        ({ available, version, message }) => ({ name, available, version, message, hanging: !available && /took longer than/.test(message) }),
        (error: unknown) => ({ name, available: false, version: '', message: (error as Error).message, hanging: false }),
      )
      .then((state) => this.#answered(state))
      .finally(() => this.#asked.delete(name));
    this.#asked.set(name, asked);
    return asked;
  }
}
