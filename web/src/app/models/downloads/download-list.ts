import { Component, computed, inject, input, linkedSignal, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { Session, type Operation } from '../../api';
import { OperationLogDrawer } from '../../operations';
import { EmptyState, ErrorState, PageHeader, Skeleton } from '../../ui-kit';
import { DownloadRow } from './download-row';
import { DownloadStore } from './download-store';

/** `/models/downloads`: the queue as it runs, then what is over. */
@Component({
  selector: 'os-download-list',
  imports: [RouterLink, TranslocoDirective, NzButtonModule, NzIconModule, DownloadRow, EmptyState, ErrorState, OperationLogDrawer, PageHeader, Skeleton],
  providers: [DownloadStore],
  template: `
    <ng-container *transloco="let t">
      <os-page-header [title]="t('models.downloads.title')" [subtitle]="store.all() ? t('models.downloads.summary', counts()) : ''">
        <a breadcrumb routerLink="/models" class="back"><nz-icon nzType="arrow-left" /> {{ t('models.title') }}</a>
      </os-page-header>
      @if (store.failure(); as failure) {<os-error [failure]="failure" (retry)="store.load()" />}
      @if (!store.all()) {@if (!store.failure()) {<os-skeleton [count]="4" />}}
      @else if (store.all()!.length === 0) {
        <div class="card"><os-empty icon="download" [text]="t('models.downloads.empty')"><a nz-button nzType="primary" routerLink="/models">{{ t('models.downloads.toLibrary') }}</a></os-empty></div>
      } @else {
        <div class="stack">
          @if (open().length > 0) {
            <section class="card"><h2>{{ t('models.downloads.open') }}</h2>
              @for (download of open(); track download.id) {<os-download-row [download]="download" [mayWrite]="mayWrite()" [unfolded]="unfolded() === download.id" (toggled)="toggle(download.id)" (openLog)="logOf.set(download.operation)" />}
            </section>
          }
          @if (over().length > 0) {
            <section class="card"><h2>{{ t('models.downloads.over') }}</h2>
              @for (download of over(); track download.id) {<os-download-row [download]="download" [mayWrite]="mayWrite()" [unfolded]="unfolded() === download.id" (toggled)="toggle(download.id)" (openLog)="logOf.set(download.operation)" />}
            </section>
          }
        </div>
      }
      <os-operation-log [operation]="logOf()" (closed)="logOf.set(null)" />
    </ng-container>
  `,
  styles: `.back { font-size: 13px; } os-error { margin-bottom: 16px; }`,
  host: { class: 'page' },
})
export class DownloadList {
  protected readonly store = inject(DownloadStore);
  private readonly session = inject(Session);

  /** Query parameter: the download whose files are shown. */
  readonly unfold = input<string>();

  protected readonly mayWrite = computed(() => this.session.can('models.write'));
  protected readonly logOf = signal<Operation | null>(null);
  protected readonly unfolded = linkedSignal(() => this.unfold() ?? '');
  protected readonly open = computed(() => (this.store.all() ?? []).filter(({ state }) => state !== 'done' && state !== 'cancelled'));
  protected readonly over = computed(() => (this.store.all() ?? []).filter(({ state }) => state === 'done' || state === 'cancelled'));
  protected readonly counts = computed(() => ({ active: this.open().filter(({ state }) => state === 'active').length, waiting: this.open().filter(({ state }) => state === 'queued' || state === 'waiting' || state === 'paused').length }));

  protected toggle(id: string): void {
    this.unfolded.update((now) => (now === id ? '' : id));
  }
}
