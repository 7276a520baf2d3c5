import { DestroyRef, Service, inject, signal } from '@angular/core';

/** The time as screens show it, moved on every five seconds: one timer for all relative times. */
@Service()
export class Clock {
  private readonly state = signal(new Date());
  readonly now = this.state.asReadonly();

  constructor() {
    const timer = setInterval(() => this.state.set(new Date()), 5000);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }
}
