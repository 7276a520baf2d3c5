import { computed, signal } from '@angular/core';
import { ApiFailure } from '../api';

/** Where a page of settings comes from, where it goes, and how a draft of it differs. */
export interface SettingsSource<Stored, Draft> {
  readonly read: () => Promise<Stored>;
  /** Sends what changed; resolves to what is stored then. */
  readonly write: (draft: Draft, stored: Stored) => Promise<Stored>;
  readonly draftOf: (stored: Stored) => Draft;
  readonly changesOf: (draft: Draft, stored: Stored) => object;
  /** Translation keys by field. */
  readonly problemsOf: (draft: Draft) => Readonly<Record<string, string | undefined>>;
  readonly saved: () => void;
}

/** One page of settings: read, changed in a draft, checked, saved as a whole or given up. */
export class SettingsForm<Stored, Draft extends object> {
  readonly stored = signal<Stored | null>(null);
  readonly draft = signal<Draft | null>(null);
  readonly busy = signal(false);
  readonly failure = signal<ApiFailure | null>(null);
  readonly problems = computed(() => {
    const draft = this.draft();
    return draft === null ? {} : this.source.problemsOf(draft);
  });
  readonly valid = computed(() => Object.keys(this.problems()).length === 0);
  readonly changed = computed(() => {
    const [draft, stored] = [this.draft(), this.stored()];
    return draft !== null && stored !== null && (!this.valid() || Object.keys(this.source.changesOf(draft, stored)).length > 0);
  });

  constructor(private readonly source: SettingsSource<Stored, Draft>) {
    void this.load();
  }

  edit(change: Partial<Draft>): void {
    this.failure.set(null);
    this.draft.update((draft) => draft && { ...draft, ...change });
  }

  /** What is wrong with a field: here, or by the controller's word. */
  errorOf(field: string, translate: (key: string) => string): string {
    const problem = this.problems()[field];
    if (problem) return translate(problem);
    const failure = this.failure();
    return failure?.field === field ? failure.message : '';
  }

  discard(): void {
    const stored = this.stored();
    if (stored !== null) this.adopt(stored);
  }

  async load(): Promise<void> {
    try {
      this.adopt(await this.source.read());
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }

  async save(): Promise<void> {
    const [draft, stored] = [this.draft(), this.stored()];
    if (draft === null || stored === null || !this.valid() || this.busy()) return;
    this.busy.set(true);
    try {
      this.adopt(await this.source.write(draft, stored));
      this.source.saved();
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }

  private adopt(settings: Stored): void {
    this.stored.set(settings);
    this.draft.set(this.source.draftOf(settings));
    this.failure.set(null);
  }
}
