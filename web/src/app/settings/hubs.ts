import { Component, computed, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzInputNumberModule } from 'ng-zorro-antd/input-number';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NzRadioModule } from 'ng-zorro-antd/radio';
import type { HoldsChanges } from '../access';
import { Api, ApiFailure, Session, type HubSettings } from '../api';
import { ErrorState, FieldError, Skeleton, StateTag } from '../ui-kit';
import { hubChangesOf, hubProblemsOf, hubsDraftOf, type HubsDraft } from './hubs-draft';

/** Where models come from: which hub first, mirrors, tokens that are never shown again, and how much of the line may be used. */
@Component({
  selector: 'os-hubs',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzInputModule, NzInputNumberModule, NzRadioModule, ErrorState, FieldError, Skeleton, StateTag],
  templateUrl: './hubs.html',
  styles: `
    form { max-width: 640px; padding: 20px 24px 24px; }
    .failure { margin-bottom: 16px; }
    .measure { display: flex; align-items: center; gap: 8px; }
    .measure input { width: 120px; }
    nz-input-number { width: 120px; }
    fieldset { margin: 0 0 16px; padding: 16px 16px 0; border: 1px solid var(--os-line-soft); border-radius: 8px; min-width: 0; }
    legend { width: auto; margin: 0; padding: 0 6px; border: 0; font-size: 14px; font-weight: 600; color: var(--os-text); }
    .token { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-bottom: 6px; }
    footer { display: flex; gap: 8px; margin-top: 24px; }
  `,
  host: { '(window:beforeunload)': 'warn($event)' },
})
export class Hubs implements HoldsChanges {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly words = inject(TranslocoService);
  private readonly messages = inject(NzMessageService);

  protected readonly stored = signal<HubSettings | null>(null);
  protected readonly draft = signal<HubsDraft | null>(null);
  protected readonly busy = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly hubs = ['modelscope', 'huggingface'] as const;
  protected readonly rates = [['downloadRate', 'downloadBytesPerSecond'], ['distributionRate', 'distributionBytesPerSecond']] as const;
  protected readonly mayChange = computed(() => this.session.can('settings.write'));
  protected readonly problems = computed<Readonly<Record<string, string>>>(() => {
    const draft = this.draft();
    return draft ? hubProblemsOf(draft) : {};
  });
  protected readonly valid = computed(() => Object.keys(this.problems()).length === 0);
  protected readonly changed = computed(() => {
    const [draft, stored] = [this.draft(), this.stored()];
    return draft !== null && stored !== null && (!this.valid() || Object.keys(hubChangesOf(draft, stored)).length > 0);
  });

  constructor() {
    void this.load();
  }

  hasUnsavedChanges(): boolean {
    return this.changed();
  }

  protected warn(event: Event): void {
    if (this.changed()) event.preventDefault();
  }

  protected edit(change: Partial<HubsDraft>): void {
    this.failure.set(null);
    this.draft.update((draft) => draft && { ...draft, ...change });
  }

  protected errorOf(field: string, translate: (key: string) => string): string {
    const problem = this.problems()[field];
    if (problem) return translate(problem);
    const failure = this.failure();
    return failure?.field === field ? failure.message : '';
  }

  protected discard(): void {
    const stored = this.stored();
    if (stored) this.adopt(stored);
  }

  protected async load(): Promise<void> {
    try {
      this.adopt(await this.api.get('/settings/hubs'));
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }

  protected async save(): Promise<void> {
    const [draft, stored] = [this.draft(), this.stored()];
    if (!draft || !stored || !this.valid() || this.busy()) return;
    this.busy.set(true);
    try {
      this.adopt(await this.api.patch('/settings/hubs', { body: hubChangesOf(draft, stored) }));
      this.messages.success(this.words.translate('settings.general.saved'));
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }

  private adopt(settings: HubSettings): void {
    this.stored.set(settings);
    this.draft.set(hubsDraftOf(settings));
    this.failure.set(null);
  }
}
