import { Injectable, effect, inject, signal, untracked } from '@angular/core';
import { Api, ApiFailure, LiveStore, type User } from '../api';

/** The users as the server lists them; fetched again whenever users or keys change anywhere. */
@Injectable()
export class UserStore {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);
  private readonly userState = signal<readonly User[] | null>(null);
  private readonly failureState = signal<ApiFailure | null>(null);
  private turn = 0;

  /** Null until the first answer. */
  readonly users = this.userState.asReadonly();
  readonly failure = this.failureState.asReadonly();

  constructor() {
    effect(() => {
      this.live.changesOf('users');
      this.live.changesOf('keys');
      untracked(() => void this.refresh());
    });
  }

  async refresh(): Promise<void> {
    const turn = ++this.turn;
    try {
      const users = await this.api.get('/users');
      if (turn !== this.turn) return;
      this.userState.set(users);
      this.failureState.set(null);
    } catch (thrown) {
      if (turn === this.turn) this.failureState.set(ApiFailure.from(thrown));
    }
  }
}
