import { Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NzSelectModule } from 'ng-zorro-antd/select';
import type { HoldsChanges } from '../../access';
import { Api, ApiFailure, type ModelFamily } from '../../api';
import { EmptyState, ErrorState, FieldError, PageHeader, Skeleton } from '../../ui-kit';
import { kinds } from '../library/family-filter';
import { FamilyLogo, logoWords } from '../library/family-logo';
import { draftOf, emptyCard, emptyVariant, problemsOf, toCard, type CardDraft, type VariantDraft } from './card-draft';
import { VariantForm } from './variant-form';

/** `/models/cards/new` and `/models/cards/:card`: what a card says and where its sizes come from. */
@Component({
  selector: 'os-card-form',
  imports: [
    FormsModule, RouterLink, TranslocoDirective, NzButtonModule, NzIconModule, NzInputModule, NzSelectModule, EmptyState, ErrorState, FamilyLogo, FieldError, PageHeader, Skeleton, VariantForm,
  ],
  templateUrl: './card-form.html',
  styleUrl: './card-form.scss',
  host: { class: 'page', '(window:beforeunload)': 'warn($event)' },
})
export class CardForm implements HoldsChanges {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly words = inject(TranslocoService);
  private readonly messages = inject(NzMessageService);

  /** From the route; absent: a new card. */
  readonly card = input<string>();

  protected readonly kinds = kinds;
  protected readonly logoWords = logoWords;
  protected readonly family = signal<ModelFamily | null>(null);
  protected readonly draft = signal<CardDraft | null>(null);
  protected readonly missing = signal(false);
  protected readonly tried = signal(false);
  protected readonly busy = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly problems = computed(() => {
    const draft = this.draft();
    return draft ? problemsOf(draft) : {};
  });
  /** Words under each field: ours once the form was tried, the controller's where it named a field. */
  protected readonly errors = computed<Readonly<Record<string, string>>>(() => {
    const failure = this.failure();
    return { ...(this.tried() ? this.problems() : {}), ...(failure?.field ? { [failure.field]: failure.message } : {}) };
  });
  protected readonly general = computed(() => {
    const failure = this.failure();
    return failure && !(failure.field && this.isShown(failure.field)) ? failure : null;
  });
  private stored = '';
  private saved = false;

  constructor() {
    effect(() => {
      this.card();
      untracked(() => void this.load());
    });
  }

  hasUnsavedChanges(): boolean {
    const draft = this.draft();
    return !this.saved && draft !== null && JSON.stringify(toCard(draft)) !== this.stored;
  }

  protected warn(event: Event): void {
    if (this.hasUnsavedChanges()) event.preventDefault();
  }

  protected edit(change: Partial<CardDraft>): void {
    this.failure.set(null);
    this.draft.update((draft) => draft && { ...draft, ...change });
  }

  protected change(at: number, variant: VariantDraft): void {
    this.edit({ variants: (this.draft()?.variants ?? []).map((each, index) => (index === at ? variant : each)) });
  }

  protected add(): void {
    const variants = this.draft()?.variants ?? [];
    const last = variants.at(-1);
    this.edit({ variants: [...variants, { ...emptyVariant(), licence: last?.licence ?? '', engineParameters: last?.engineParameters ?? '', format: last?.format ?? 'safetensors' }] });
  }

  protected remove(at: number): void {
    this.edit({ variants: (this.draft()?.variants ?? []).filter((_, index) => index !== at) });
  }

  protected wordsOf(field: string): string {
    const said = this.errors()[field];
    return said === undefined ? '' : said.startsWith('models.') ? this.words.translate(said) : said;
  }

  protected async save(): Promise<void> {
    const draft = this.draft();
    this.tried.set(true);
    if (!draft || this.busy()) return;
    if (Object.keys(this.problems()).length > 0) {
      setTimeout(() => document.querySelector('os-card-form os-field-error:not(:empty)')?.scrollIntoView({ block: 'center' }));
      return;
    }
    this.busy.set(true);
    this.failure.set(null);
    try {
      const id = this.card();
      const family = id === undefined ? await this.api.post('/catalog', { body: toCard(draft) }) : await this.api.put('/catalog/{id}', { params: { id }, body: toCard(draft) });
      this.saved = true;
      this.messages.success(this.words.translate('models.cardForm.saved', { name: family.name }));
      await this.router.navigate(['/models'], { queryParams: { q: family.name } });
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }

  protected async load(): Promise<void> {
    const id = this.card();
    this.failure.set(null);
    if (id === undefined) return this.adopt(emptyCard());
    try {
      const family = (await this.api.get('/catalog', { query: { hidden: 'true' } })).find((each) => each.id === id);
      this.missing.set(family === undefined);
      if (!family) return;
      this.family.set(family);
      this.adopt(draftOf(family));
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }

  private adopt(draft: CardDraft): void {
    this.draft.set(draft);
    this.stored = JSON.stringify(toCard(draft));
  }

  private isShown(field: string): boolean {
    return ['name', 'contextLength', 'provider', 'description', 'descriptionZh'].includes(field) || /^variants\.\d+\.\w+/.test(field);
  }
}
