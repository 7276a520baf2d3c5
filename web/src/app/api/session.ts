import { Service, computed, inject, signal } from '@angular/core';
import { Api } from './api';
import { ApiFailure } from './api-failure';
import type { Me, Permission } from './api-types';
import { LiveStore } from './live-store';

/** Who is signed in. The cookie itself is out of reach of scripts; this mirrors what the controller says about it. */
@Service()
export class Session {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);
  private readonly meState = signal<Me | null>(null);
  private readonly expiredState = signal(false);

  readonly me = this.meState.asReadonly();
  /** The session ended under the user's hands, not by signing out. */
  readonly expired = this.expiredState.asReadonly();
  readonly permissions = computed<readonly Permission[]>(() => this.meState()?.permissions ?? []);

  can(permission: Permission): boolean {
    return this.permissions().includes(permission);
  }

  /** Asks the controller who we are; null when nobody is signed in. Rejects with ApiFailure when it does not answer. */
  async restore(): Promise<Me | null> {
    if (this.meState()) return this.meState();
    try {
      return this.adopt(await this.api.get('/me'));
    } catch (thrown) {
      const failure = ApiFailure.from(thrown);
      if (failure.status === 401) return null;
      throw failure;
    }
  }

  async signIn(username: string, password: string): Promise<Me> {
    return this.adopt(await this.api.post('/session', { body: { username, password } }));
  }

  async signOut(): Promise<void> {
    try {
      await this.api.delete('/session');
    } finally {
      this.forget();
    }
  }

  async changePassword(current: string, next: string): Promise<Me> {
    return this.adopt(await this.api.post('/me/password', { body: { current, next } }));
  }

  /** The controller answered 401: forget everything that was shown. */
  expire(): void {
    if (!this.meState()) return;
    this.forget();
    this.expiredState.set(true);
  }

  /** Somebody reset the password in the meantime: nothing else is answered until there is a new one. */
  requirePasswordChange(): void {
    const me = this.meState();
    if (!me || me.mustChangePassword) return;
    this.live.stop();
    this.meState.set({ ...me, mustChangePassword: true });
  }

  private adopt(me: Me): Me {
    this.meState.set(me);
    this.expiredState.set(false);
    if (!me.mustChangePassword) this.live.start(me.permissions);
    return me;
  }

  private forget(): void {
    this.live.stop();
    this.meState.set(null);
  }
}
