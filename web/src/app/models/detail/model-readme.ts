import { Component, computed, effect, inject, signal, untracked } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { Api, ApiFailure } from '../../api';
import { EmptyState, ErrorState, Skeleton } from '../../ui-kit';
import { safeHtml } from './markdown';
import { ModelContext } from './model-context';

/** What the makers say of their model, cleaned of everything that could act. */
@Component({
  selector: 'os-model-readme',
  imports: [TranslocoDirective, NzIconModule, EmptyState, ErrorState, Skeleton],
  template: `
    <ng-container *transloco="let t">
      @if (failure(); as failed) {<os-error [failure]="failed" (retry)="load()" />}
      @else if (html() === null) {<div class="card"><os-skeleton [count]="6" /></div>}
      @else if (html() === '') {<div class="card"><os-empty icon="file-text" [text]="t('models.readme.none')" /></div>}
      @else {
        <section class="card">
          <p class="source"><nz-icon nzType="info-circle" /> {{ t('models.readme.source') }}</p>
          <article class="prose" [innerHTML]="html()"></article>
          @if (truncated()) {<p class="source">{{ t('models.readme.truncated') }}</p>}
        </section>
      }
    </ng-container>
  `,
  styleUrl: './model-readme.scss',
})
export class ModelReadme {
  private readonly api = inject(Api);
  protected readonly context = inject(ModelContext);

  protected readonly markdown = signal<string | null>(null);
  protected readonly truncated = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  /** Angular cleans it once more where it is shown. */
  protected readonly html = computed(() => {
    const markdown = this.markdown();
    return markdown === null ? null : safeHtml(markdown).trim();
  });

  constructor() {
    const asked = computed(() => [this.context.id(), this.context.model()?.state ?? ''].join());
    effect(() => {
      asked();
      untracked(() => void this.load());
    });
  }

  protected async load(): Promise<void> {
    const id = this.context.id();
    if (id === '') return;
    try {
      const { markdown, truncated } = await this.api.get('/models/{id}/readme', { params: { id } });
      if (id !== this.context.id()) return;
      this.markdown.set(markdown);
      this.truncated.set(truncated);
      this.failure.set(null);
    } catch (thrown) {
      if (id === this.context.id()) this.failure.set(ApiFailure.from(thrown));
    }
  }
}
