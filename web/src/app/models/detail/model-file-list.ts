import { Component, computed, effect, inject, signal, untracked } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api, ApiFailure, type ModelFiles } from '../../api';
import { BytesPipe, CopyText, EmptyState, ErrorState, Skeleton } from '../../ui-kit';
import { ModelContext } from './model-context';

/** The manifest: every file with its size and SHA-256. */
@Component({
  selector: 'os-model-file-list',
  imports: [TranslocoDirective, BytesPipe, CopyText, EmptyState, ErrorState, Skeleton],
  template: `
    <section class="card" *transloco="let t">
      @if (failure(); as failed) {<os-error [failure]="failed" (retry)="load()" />}
      @else if (found(); as it) {
        @if (it.files.length === 0) {<os-empty icon="file-text" [text]="t('models.files.none')" />}
        @else {
          <h2>{{ t('models.files.title', { count: it.files.length }) }} @if (it.digest) {<span class="digest">{{ t('models.files.digest') }} <os-copy [text]="it.digest" [mono]="true" [label]="short(it.digest)" /></span>}</h2>
          <div class="rows" role="table" [attr.aria-label]="t('models.tabs.files')">
            <div class="row head" role="row"><span role="columnheader">{{ t('models.files.path') }}</span><span role="columnheader" class="num">{{ t('models.facts.size') }}</span><span role="columnheader">SHA-256</span></div>
            @for (file of it.files; track file.path) {
              <div class="row" role="row"><span role="cell" class="mono path">{{ file.path }}</span><span role="cell" class="num">{{ file.bytes | bytes }}</span>
                <span role="cell">@if (file.sha256) {<os-copy [text]="file.sha256" [mono]="true" [label]="short(file.sha256)" />} @else {<span class="unknown" [title]="t('models.files.noHash')">–</span>}</span></div>
            }
          </div>
        }
      } @else {<os-skeleton [count]="5" />}
    </section>
  `,
  styles: `
    .digest { display: inline-flex; gap: 8px; align-items: center; font-weight: 400; font-size: 12px; color: var(--os-text-2); min-width: 0; }
    .row { display: grid; grid-template-columns: minmax(0, 1fr) 100px 200px; gap: 16px; align-items: center; padding: 8px 16px; border-bottom: 1px solid var(--os-line-soft); font-size: 13px; }
    .row:last-child { border-bottom: 0; }
    .head { font-size: 12px; font-weight: 500; color: var(--os-text-2); background: var(--os-sunken); }
    .path { overflow-wrap: anywhere; }
    @media (max-width: 720px) { .row { grid-template-columns: minmax(0, 1fr) auto; gap: 2px 12px; } .row > :last-child { grid-column: 1 / -1; } .head > :last-child { display: none; } }
  `,
})
export class ModelFileList {
  private readonly api = inject(Api);
  private readonly context = inject(ModelContext);

  protected readonly found = signal<ModelFiles | null>(null);
  protected readonly failure = signal<ApiFailure | null>(null);

  constructor() {
    const asked = computed(() => [this.context.id(), this.context.model()?.state ?? '', this.context.model()?.verifiedAt ?? ''].join());
    effect(() => {
      asked();
      untracked(() => void this.load());
    });
  }

  protected short(hash: string): string {
    return `${hash.replace(/^sha256[:-]/, '').slice(0, 16)}…`;
  }

  protected async load(): Promise<void> {
    const id = this.context.id();
    if (id === '') return;
    try {
      const files = await this.api.get('/models/{id}/files', { params: { id } });
      if (id !== this.context.id()) return;
      this.found.set(files);
      this.failure.set(null);
    } catch (thrown) {
      if (id === this.context.id()) this.failure.set(ApiFailure.from(thrown));
    }
  }
}
