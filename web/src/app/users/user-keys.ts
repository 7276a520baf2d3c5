import { Component, computed, effect, inject, input, output, signal, untracked } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzDrawerModule } from 'ng-zorro-antd/drawer';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NzTableModule } from 'ng-zorro-antd/table';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import { Api, ApiFailure, type ApiKey, type User } from '../api';
import { FailureToast } from '../refusals';
import { Clock, ConfirmDialog, EmptyState, ErrorState, RelativeTime, SecretPanel, Skeleton, StateTag, type Tone } from '../ui-kit';
import { CreateKey } from './create-key';
import { inKeyOrder, keyState, type KeyState } from './key-state';

const tones: Readonly<Record<KeyState, Tone>> = { active: 'ok', expired: 'idle', revoked: 'idle' };

/** The API keys of one user: list, make, revoke. */
@Component({
  selector: 'os-user-keys',
  imports: [TranslocoDirective, NzButtonModule, NzDrawerModule, NzTableModule, NzTooltipModule, CreateKey, EmptyState, ErrorState, RelativeTime, SecretPanel, Skeleton, StateTag],
  templateUrl: './user-keys.html',
  styles: `
    .lead { margin: 0 0 16px; color: var(--os-text-2); }
    .head { display: flex; justify-content: flex-end; margin-bottom: 16px; }
    .label { max-width: 260px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .four { font-size: 12px; color: var(--os-text-2); }
    os-secret-panel, os-create-key, os-error { display: block; margin-bottom: 16px; }
  `,
})
export class UserKeys {
  private readonly api = inject(Api);
  private readonly refusals = inject(FailureToast);
  private readonly clock = inject(Clock);
  private readonly dialog = inject(ConfirmDialog);
  private readonly message = inject(NzMessageService);
  private readonly transloco = inject(TranslocoService);

  readonly user = input.required<User>();
  readonly changed = output();
  readonly closed = output();

  private readonly keys = signal<readonly ApiKey[] | null>(null);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly creating = signal(false);
  /** The secret of a key just made; gone for good once it is stored. */
  protected readonly fresh = signal<{ readonly label: string; readonly secret: string } | null>(null);
  protected readonly tones = tones;
  protected readonly rows = computed(() => {
    const now = this.clock.now().getTime();
    const keys = this.keys();
    return keys === null ? null : inKeyOrder(keys, now).map((key) => ({ key, state: keyState(key, now) }));
  });

  constructor() {
    effect(() => {
      this.user();
      untracked(() => {
        this.keys.set(null);
        void this.load();
      });
    });
  }

  protected async load(): Promise<void> {
    const userId = this.user().id;
    try {
      const keys = await this.api.get('/keys', { query: { userId } });
      if (userId !== this.user().id) return;
      this.keys.set(keys);
      this.failure.set(null);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }

  protected async adopt(made: { readonly key: ApiKey; readonly secret: string }): Promise<void> {
    this.creating.set(false);
    this.fresh.set({ label: made.key.label, secret: made.secret });
    this.changed.emit();
    await this.load();
  }

  /** A secret on screen is lost by closing: then only "I have stored it" leads on. */
  protected close(): void {
    if (this.fresh() === null) this.closed.emit();
  }

  protected async revoke(key: ApiKey): Promise<void> {
    const words = (word: string, values: object = {}) => this.transloco.translate(`users.keys.${word}`, values);
    const confirmed = await this.dialog.confirm({ title: words('revokeTitle', { label: key.label }), consequences: [words('revokeBody'), words('revokeFinal')], danger: true, action: words('revokeConfirm') });
    if (!confirmed) return;
    try {
      await this.api.delete('/keys/{id}', { params: { id: key.id } });
      this.message.success(words('revoked'));
      this.changed.emit();
    } catch (thrown) {
      this.refusals.show(thrown);
    }
    await this.load();
  }
}
