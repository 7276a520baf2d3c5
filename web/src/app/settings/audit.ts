import { Component, inject, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzTableModule } from 'ng-zorro-antd/table';
import { Api, ApiFailure, type AuditEntry } from '../api';
import { EmptyState, ErrorState, RelativeTime, Skeleton } from '../ui-kit';
import { WordPipe } from '../wording';

/** Who did what, newest first. */
@Component({
  selector: 'os-audit',
  imports: [TranslocoDirective, NzButtonModule, NzTableModule, EmptyState, ErrorState, RelativeTime, Skeleton, WordPipe],
  template: `
    <div class="card" *transloco="let t">
      @if (failure(); as failure) {<os-error [failure]="failure" (retry)="load()" />}
      @if (entries(); as entries) {
        @if (entries.length > 0) {
          <nz-table [nzData]="$any(entries)" [nzFrontPagination]="false" [nzShowPagination]="false" nzSize="small" nzTableLayout="auto" [nzScroll]="{ x: '860px' }">
            <thead><tr><th>{{ t('settings.audit.at') }}</th><th>{{ t('settings.audit.actor') }}</th><th>{{ t('settings.audit.verb') }}</th><th>{{ t('settings.audit.object') }}</th><th>{{ t('settings.audit.changes') }}</th><th>{{ t('settings.audit.address') }}</th></tr></thead>
            <tbody>
              @for (entry of entries; track entry.id) {
                <tr>
                  <td><os-time [at]="entry.at" [exact]="true" /></td>
                  <td class="nowrap">{{ entry.actor }}</td>
                  <td class="nowrap" [title]="entry.verb">{{ entry.verb | word: 'verb' }}</td>
                  <td class="object"><span class="muted">{{ entry.objectType | word: 'object' }}</span>&ngsp;<span [title]="(entry.objectName ? entry.objectName + ' · ' : '') + entry.objectId">{{ entry.objectName || entry.objectId }}</span></td>
                  <td class="changes mono small" [title]="words(entry)">{{ words(entry) }}</td>
                  <td class="mono nowrap">{{ entry.address }}</td>
                </tr>
              }
            </tbody>
          </nz-table>
          @if (next() !== null) {<div class="older"><button nz-button [nzLoading]="busy()" (click)="load(next())">{{ t('settings.audit.older') }}</button></div>}
        } @else {<os-empty icon="audit" [text]="t('settings.audit.empty')" />}
      } @else if (!failure()) {<os-skeleton [count]="8" />}
    </div>
  `,
  styles: `
    .object { max-width: 280px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .changes { max-width: 360px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--os-text-2); }
    .older { display: flex; justify-content: center; padding: 12px; border-top: 1px solid var(--os-line-soft); }
  `,
})
export class Audit {
  private readonly api = inject(Api);

  protected readonly entries = signal<readonly AuditEntry[] | null>(null);
  protected readonly next = signal<string | null>(null);
  protected readonly busy = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);

  constructor() {
    void this.load();
  }

  protected async load(before: string | null = null): Promise<void> {
    this.busy.set(true);
    try {
      const page = await this.api.get('/audit', { query: { limit: 50, ...(before === null ? {} : { before }) } });
      this.entries.update((entries) => (before === null ? page.items : [...(entries ?? []), ...page.items]));
      this.next.set(page.next);
      this.failure.set(null);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }

  /** `email: old → new` where both are given, else the value. */
  protected words({ changes }: AuditEntry): string {
    const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
    return Object.entries(changes)
      .map(([field, value]) => `${field}: ${Array.isArray(value) && value.length === 2 ? value.map(shown).join(' → ') : shown(value)}`)
      .join('; ');
  }
}
