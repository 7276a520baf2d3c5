import { Component, computed, inject, input, linkedSignal, output, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { Api, ApiFailure, askingDeadlineMs, type RepositoryLookup } from '../../api';
import { ErrorState, FieldError } from '../../ui-kit';
import { hubs, type Hub } from '../downloads/download-wish';
import { asHubRefusal } from '../downloads/hub-refusal';
import { linesOf, withLookup, type VariantDraft } from './card-draft';
import { LookupResult } from './lookup-result';

/** One size on a card: where it comes from, what of it is taken, and what is known about it. */
@Component({
  selector: 'os-variant-form',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzIconModule, NzInputModule, NzSelectModule, ErrorState, FieldError, LookupResult],
  templateUrl: './variant-form.html',
  styleUrl: './variant-form.scss',
})
export class VariantForm {
  private readonly api = inject(Api);

  readonly at = input.required<number>();
  readonly draft = input.required<VariantDraft>();
  readonly errors = input.required<Readonly<Record<string, string>>>();
  readonly wordsOf = input.required<(field: string) => string>();
  readonly removable = input(false);
  readonly draftChange = output<VariantDraft>();
  readonly remove = output();

  protected readonly hubs = hubs;
  protected readonly found = signal<RepositoryLookup | null>(null);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly looking = signal<Hub | null>(null);
  protected readonly facts = [['parameters', 'parameterCount'], ['activeParameters', 'activeParameterCount'], ['size', 'bytes'], ['memory', 'memoryNeedBytes'], ['context', 'contextLength']] as const;
  /** Folded while nothing in it needs mending. */
  protected readonly more = linkedSignal(() => this.facts.some(([, field]) => this.said(field) !== '') || this.said('engineParameters') !== '' || this.said('include') !== '');
  protected readonly key = computed(() => `variant-${this.draft().key}`);

  protected said(field: string): string {
    this.errors();
    return this.wordsOf()(`variants.${this.at()}.${field}`);
  }

  protected set(change: Partial<VariantDraft>): void {
    this.draftChange.emit({ ...this.draft(), ...change });
  }

  protected setFact(name: (typeof this.facts)[number][0], value: string): void {
    this.set({ [name]: value });
  }

  /** Asks the hub what the repository holds and fills in what is still empty. */
  protected async look(hub: Hub): Promise<void> {
    const draft = this.draft();
    if (this.looking() !== null || draft[hub].trim() === '') return;
    this.looking.set(hub);
    this.failure.set(null);
    try {
      const body = { hub, repository: draft[hub].trim(), revision: draft.revision.trim() || null, include: linesOf(draft.include), exclude: linesOf(draft.exclude) };
      const found = await this.api.post('/catalog/lookup', { body, deadlineMs: askingDeadlineMs });
      this.found.set(found);
      this.draftChange.emit(withLookup(this.draft(), found));
    } catch (thrown) {
      this.found.set(null);
      this.failure.set(asHubRefusal(ApiFailure.from(thrown)));
    } finally {
      this.looking.set(null);
    }
  }
}
