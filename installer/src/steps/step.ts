/**
 * One step of a story that may be told again: what is done already is only looked at.
 * `check` → `apply` (unless done) → `verify`.
 */
export interface Step<C> {
  readonly title: string;
  /** What there is already, in a few words; undefined when the step has to be done. */
  check(context: C): Promise<string | undefined>;
  /** Does it. `tell` shows what is going on; long waits end with the signal. */
  apply(context: C, tell: (what: string) => void, signal: AbortSignal): Promise<void>;
  /** Makes sure and says what there is now. */
  verify(context: C, signal: AbortSignal): Promise<string>;
}

/** Where progress is shown. */
export interface Stage {
  begin(title: string): void;
  detail(title: string, what: string): void;
  done(title: string, what: string, seconds: number): void;
  failed(title: string, seconds: number): void;
}

/**
 * Tells the story from the beginning; ends at the first step that fails.
 * @throws whatever the step threw, or the signal's reason
 */
export async function runSteps<C>(steps: readonly Step<C>[], context: C, stage: Stage, signal: AbortSignal): Promise<void> {
  for (const step of steps) {
    signal.throwIfAborted();
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    stage.begin(step.title);
    try {
      const found = await step.check(context);
      if (found === undefined) await step.apply(context, (what) => stage.detail(step.title, what), signal);
      signal.throwIfAborted();
      stage.done(step.title, found ?? (await step.verify(context, signal)), seconds());
    } catch (error) {
      stage.failed(step.title, seconds());
      throw error;
    }
  }
}
