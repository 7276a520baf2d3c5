import { Component, computed, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzInputNumberModule } from 'ng-zorro-antd/input-number';
import { NzMessageService } from 'ng-zorro-antd/message';
import type { HoldsChanges } from '../access';
import { Api, ApiFailure, Session, type Settings } from '../api';
import { ErrorState, FieldError, Skeleton } from '../ui-kit';
import { changesOf, draftOf, problemsOf, type GeneralDraft } from './general-draft';

/** The address people reach the cluster by, how long sessions last, how long calls are kept. */
@Component({
  selector: 'os-general',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzInputModule, NzInputNumberModule, ErrorState, FieldError, Skeleton],
  templateUrl: './general.html',
  styles: `
    form { max-width: 520px; padding: 20px 24px 24px; }
    .failure { margin-bottom: 16px; }
    .measure { display: flex; align-items: center; gap: 8px; }
    nz-input-number { width: 120px; }
    footer { display: flex; gap: 8px; margin-top: 24px; }
  `,
  host: { '(window:beforeunload)': 'warn($event)' },
})
export class General implements HoldsChanges {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly words = inject(TranslocoService);
  private readonly messages = inject(NzMessageService);

  private readonly stored = signal<Settings | null>(null);
  protected readonly draft = signal<GeneralDraft | null>(null);
  protected readonly busy = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly mayChange = computed(() => this.session.can('settings.write'));
  protected readonly problems = computed(() => {
    const draft = this.draft();
    return draft ? problemsOf(draft) : {};
  });
  protected readonly valid = computed(() => Object.keys(this.problems()).length === 0);
  protected readonly changed = computed(() => {
    const [draft, stored] = [this.draft(), this.stored()];
    return draft !== null && stored !== null && (!this.valid() || Object.keys(changesOf(draft, stored)).length > 0);
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

  protected edit(change: Partial<GeneralDraft>): void {
    this.failure.set(null);
    this.draft.update((draft) => draft && { ...draft, ...change });
  }

  protected errorOf(field: keyof GeneralDraft, translate: (key: string) => string): string {
    const problem = this.problems()[field];
    if (problem) return translate(problem);
    const failure = this.failure();
    return failure?.field === field ? failure.message : '';
  }

  protected discard(): void {
    const stored = this.stored();
    if (stored) this.draft.set(draftOf(stored));
    this.failure.set(null);
  }

  protected async load(): Promise<void> {
    try {
      this.adopt(await this.api.get('/settings'));
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }

  protected async save(): Promise<void> {
    const [draft, stored] = [this.draft(), this.stored()];
    if (!draft || !stored || !this.valid() || this.busy()) return;
    this.busy.set(true);
    try {
      this.adopt(await this.api.patch('/settings', { body: changesOf(draft, stored) }));
      this.messages.success(this.words.translate('settings.general.saved'));
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }

  private adopt(settings: Settings): void {
    this.stored.set(settings);
    this.draft.set(draftOf(settings));
    this.failure.set(null);
  }
}
