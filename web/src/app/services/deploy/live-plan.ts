import { computed, effect, inject, signal, untracked, type Signal } from '@angular/core';
import { ApiFailure, LiveStore, type Plan } from '../../api';

/** Long enough not to ask at every key, short enough to feel live. */
const planDelayMs = 300;

/**
 * What the server makes of a question while a person changes it: asked when they pause, and again when nodes change under
 * it. The last plan stays when one fails. Make it where things can be injected.
 */
export class LivePlan<Question> {
  private readonly planState = signal<Plan | null>(null);
  private readonly failureState = signal<ApiFailure | null>(null);
  private readonly planningState = signal(false);
  private readonly attempt = signal(0);

  readonly plan = this.planState.asReadonly();
  readonly failure = this.failureState.asReadonly();
  readonly planning = this.planningState.asReadonly();

  /** @param question null: there is nothing to ask yet */
  constructor(question: Signal<Question | null>, private readonly send: (question: Question, signal: AbortSignal) => Promise<Plan>) {
    const live = inject(LiveStore);
    const surroundings = computed(() => live.nodes().map((node) => `${node.id} ${node.state} ${node.instanceCount}`).join());
    effect((onCleanup) => {
      const asked = question();
      surroundings();
      this.attempt();
      if (asked === null) {
        this.planState.set(null);
        this.failureState.set(null);
        this.planningState.set(false);
        return;
      }
      const abort = new AbortController();
      untracked(() => this.planningState.set(true));
      const timer = setTimeout(() => void this.ask(asked, abort.signal), planDelayMs);
      onCleanup(() => {
        clearTimeout(timer);
        abort.abort();
      });
    });
  }

  again(): void {
    this.attempt.update((count) => count + 1);
  }

  private async ask(question: Question, signal: AbortSignal): Promise<void> {
    try {
      const plan = await this.send(question, signal);
      if (signal.aborted) return;
      this.planState.set(plan);
      this.failureState.set(null);
    } catch (thrown) {
      if (signal.aborted) return;
      // The last valid plan stays, marked as such, while the failed input says what to mend.
      this.failureState.set(ApiFailure.from(thrown));
    }
    this.planningState.set(false);
  }
}
