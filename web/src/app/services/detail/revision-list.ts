import { Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { Api, ApiFailure, type Service, type ServiceRevision } from '../../api';
import { ErrorState, RelativeTime, Skeleton } from '../../ui-kit';
import { ServiceDeeds } from '../service-deeds';
import { ChangeList } from './change-list';
import { revisionHistory, settingChanges, type SettingChange } from './settings-diff';

/** Every revision with what it changed; an earlier one runs again with one click, as a new one. */
@Component({
  selector: 'os-revision-list',
  imports: [TranslocoDirective, NzButtonModule, ChangeList, ErrorState, RelativeTime, Skeleton],
  template: `
    <section class="card" *transloco="let t">
      <h2>{{ t('services.revisions.title') }}</h2>
      @if (failure(); as failed) {<os-error class="failure" [failure]="failed" (retry)="load(service().id)" />}
      @if (revisions(); as all) {
        <ol>
          @for (row of history(); track row.revision.revision) {
            <li [class.current]="row.revision.current">
              <div class="head"><strong>{{ t('services.revisions.number', { revision: row.revision.revision }) }}</strong>
                @if (row.revision.current) {<span class="pill">{{ t('services.revisions.current') }}</span>}
                <span class="by"><os-time [at]="row.revision.createdAt" /> · {{ row.revision.createdBy || '–' }}</span></div>
              <div class="what">
                @if (row.revision.note) {<p>{{ row.revision.note }}</p>}
                @if (row.changes.length > 0) {<os-change-list [changes]="row.changes" />} @else {<p class="faint">{{ t('services.revisions.first') }}</p>}
              </div>
              @if (mayWrite() && !row.revision.current) {
                <button nz-button nzSize="small" type="button" [disabled]="service().state === 'deleting' || againstNow(row.revision).length === 0" [title]="againstNow(row.revision).length === 0 ? t('services.revisions.same') : ''" (click)="revert(row.revision, t)">{{ t('services.revisions.revert') }}</button>
              }
            </li>
          }
        </ol>
        @if (all.length === 0) {<p class="none">{{ t('services.revisions.none') }}</p>}
      } @else if (!failure()) {<os-skeleton [count]="2" />}
    </section>
  `,
  styles: `
    .failure { margin: 16px; }
    ol { margin: 0; padding: 0; list-style: none; }
    li { display: grid; grid-template-columns: 200px minmax(0, 1fr) auto; gap: 8px 16px; align-items: start; padding: 12px 16px; border-bottom: 1px solid var(--os-line-soft); }
    li:last-child { border-bottom: 0; }
    .head { display: flex; flex-wrap: wrap; gap: 0 8px; align-items: center; }
    .by { flex-basis: 100%; font-size: 12px; color: var(--os-text-2); overflow-wrap: anywhere; }
    .pill { padding: 0 8px; border-radius: 10px; font-size: 12px; line-height: 20px; background: var(--os-ok-soft); color: var(--os-ok-text); }
    .what { min-width: 0; }
    p { margin: 0 0 4px; overflow-wrap: anywhere; }
    .none { padding: 16px; }
    @media (max-width: 720px) { li { grid-template-columns: minmax(0, 1fr); } li button { justify-self: start; } }
  `,
})
export class RevisionList {
  private readonly api = inject(Api);
  private readonly deeds = inject(ServiceDeeds);

  readonly service = input.required<Service>();
  readonly mayWrite = input.required<boolean>();
  protected readonly revisions = signal<readonly ServiceRevision[] | null>(null);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly history = computed(() => revisionHistory(this.revisions() ?? []));
  private readonly wake = computed(() => `${this.service().id} ${this.service().revision}`);

  constructor() {
    effect(() => {
      this.wake();
      untracked(() => void this.load(this.service().id));
    });
  }

  protected againstNow(revision: ServiceRevision): readonly SettingChange[] {
    return settingChanges(this.service(), revision);
  }

  protected revert(revision: ServiceRevision, t: (key: string) => string): void {
    const changes = this.againstNow(revision).map(({ field, from, to }) => `${t(`services.setting.${field}`)}: ${from || '–'} → ${to || '–'}`);
    void this.deeds.revert(this.service(), revision, changes);
  }

  protected async load(id: string): Promise<void> {
    try {
      const found = await this.api.get('/services/{id}/revisions', { params: { id } });
      if (this.service().id !== id) return;
      this.revisions.set(found);
      this.failure.set(null);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }
}
