import { Component, computed, effect, inject, signal, untracked } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NzTableModule } from 'ng-zorro-antd/table';
import { Api, ApiFailure, LiveStore, type ApiKey } from '../api';
import { FailureToast } from '../refusals';
import { Clock, ConfirmDialog, CopyText, EmptyState, ErrorState, PageHeader, RelativeTime, Skeleton, StateTag } from '../ui-kit';
import { CreateKey } from './create-key';
import { keyState, keyTone } from './key-state';

/** The own API keys: what they are for, when they were used, and the address to use them at. */
@Component({
  selector: 'os-key-list',
  imports: [TranslocoDirective, NzButtonModule, NzIconModule, NzTableModule, CopyText, CreateKey, EmptyState, ErrorState, PageHeader, RelativeTime, Skeleton, StateTag],
  templateUrl: './key-list.html',
  styles: `
    .address { display: flex; align-items: center; gap: 12px; padding: 10px 16px; margin-bottom: 16px; }
    .label { font-weight: 500; }
    .revoked { color: var(--os-text-3); }
  `,
})
export class KeyList {
  private readonly api = inject(Api);
  private readonly refusals = inject(FailureToast);
  private readonly live = inject(LiveStore);
  private readonly dialog = inject(ConfirmDialog);
  private readonly words = inject(TranslocoService);
  private readonly messages = inject(NzMessageService);
  private readonly clock = inject(Clock);

  protected readonly keys = signal<readonly ApiKey[] | null>(null);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly gatewayUrl = signal<string | null>(null);
  protected readonly creating = signal(false);
  protected readonly tones = keyTone;
  protected readonly rows = computed(() => this.keys()?.map((key) => ({ key, state: keyState(key, this.clock.now()) })) ?? []);
  protected readonly activeCount = computed(() => this.rows().filter(({ state }) => state === 'active').length);

  constructor() {
    effect(() => {
      this.live.changesOf('keys');
      untracked(() => void this.load());
    });
    void this.loadAddress();
  }

  protected async load(): Promise<void> {
    try {
      this.keys.set(await this.api.get('/keys'));
      this.failure.set(null);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }

  protected async revoke(key: ApiKey): Promise<void> {
    const agreed = await this.dialog.confirm({
      title: this.words.translate('keys.revoke.title', { label: key.label }), body: this.words.translate('keys.revoke.body'), action: this.words.translate('keys.revoke.action'), danger: true,
    });
    if (!agreed) return;
    try {
      await this.api.delete('/keys/{id}', { params: { id: key.id } });
      this.messages.success(this.words.translate('keys.revoke.done', { label: key.label }));
    } catch (thrown) {
      this.refusals.show(thrown);
    }
    await this.load();
  }

  private async loadAddress(): Promise<void> {
    try {
      this.gatewayUrl.set((await this.api.get('/system')).gatewayUrl);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }
}
