import { Service, inject, signal } from '@angular/core';
import { Api } from '../api';

/** The address OpenAI clients use, with `/v1`: the same for every service. Asked once, again after a failure. */
@Service()
export class GatewayAddress {
  private readonly api = inject(Api);
  private readonly state = signal<string | null>(null);
  private asked: Promise<void> | undefined;

  /** Null until the controller has said it. */
  readonly url = this.state.asReadonly();

  load(): void {
    this.asked ??= this.ask();
  }

  private async ask(): Promise<void> {
    try {
      this.state.set((await this.api.get('/system')).gatewayUrl);
    } catch {
      // The address stays "–" on screen; whoever opens the next page asks again.
      this.asked = undefined;
    }
  }
}
