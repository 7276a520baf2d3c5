import { Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { Api, ApiFailure, LiveStore, Session, type UsageSummary, type User } from '../api';
import { EmptyState, ErrorState, PageHeader, Skeleton, TimeRange } from '../ui-kit';
import { CallLog, type CallFilter } from './call-log';
import { outcomes } from './call-outcome';
import { CallTable } from './call-table';
import { UsageTiles } from './usage-tiles';

const ranges = [60, 1440, 10_080, 43_200] as const;

/** What was called, by whom and how fast. Filters live in the address, so that a view can be passed on. */
@Component({
  selector: 'os-usage-page',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzIconModule, NzSelectModule, CallTable, EmptyState, ErrorState, PageHeader, Skeleton, TimeRange, UsageTiles],
  providers: [CallLog],
  templateUrl: './usage.html',
  styles: `
    .filter { width: 200px; }
    .older { display: flex; justify-content: center; padding: 12px; border-top: 1px solid var(--os-line-soft); }
    .toolbar { padding: 12px 16px; margin: 0; border-bottom: 1px solid var(--os-line-soft); }
    os-page-header { margin-bottom: 0; }
    .failure { margin: 16px; }
  `,
})
export class Usage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  protected readonly live = inject(LiveStore);
  protected readonly log = inject(CallLog);

  // Query parameters.
  readonly service = input<string>();
  readonly user = input<string>();
  readonly outcome = input<string>();
  readonly minutes = input<string>();

  protected readonly outcomes = outcomes;
  protected readonly ranges = ranges;
  protected readonly zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  protected readonly seesAll = computed(() => this.session.can('usage.any'));
  protected readonly range = computed(() => ranges.find((range) => String(range) === this.minutes()) ?? ranges[0]);
  protected readonly filter = computed<CallFilter>(() => {
    const [serviceId, userId, outcome] = [this.service(), this.user(), this.outcome()];
    return { ...(serviceId ? { serviceId } : {}), ...(userId ? { userId } : {}), ...(outcome ? { outcome } : {}) };
  });
  protected readonly filtered = computed(() => Object.keys(this.filter()).length > 0);
  protected readonly users = signal<readonly User[]>([]);
  protected readonly summary = signal<UsageSummary | null>(null);
  protected readonly summaryFailure = signal<ApiFailure | null>(null);

  constructor() {
    effect(() => {
      const filter = this.filter();
      untracked(() => void this.log.load(filter));
    });
    effect(() => {
      this.range();
      this.service();
      untracked(() => void this.loadSummary());
    });
    if (this.session.can('users.read')) void this.loadUsers();
  }

  protected async set(name: 'service' | 'user' | 'outcome' | 'minutes', value: string | number | null): Promise<void> {
    await this.router.navigate([], { queryParams: { [name]: value ?? null }, queryParamsHandling: 'merge', replaceUrl: true });
  }

  protected async clear(): Promise<void> {
    await this.router.navigate([], { queryParams: { service: null, user: null, outcome: null }, queryParamsHandling: 'merge', replaceUrl: true });
  }

  protected refresh(): void {
    void this.log.load();
    void this.loadSummary();
  }

  protected async loadSummary(): Promise<void> {
    const [minutes, serviceId] = [this.range(), this.service()];
    try {
      const summary = await this.api.get('/usage', { query: { minutes, ...(serviceId ? { serviceId } : {}) } });
      if (minutes !== this.range() || serviceId !== this.service()) return;
      this.summary.set(summary);
      this.summaryFailure.set(null);
    } catch (thrown) {
      this.summaryFailure.set(ApiFailure.from(thrown));
    }
  }

  private async loadUsers(): Promise<void> {
    try {
      this.users.set(await this.api.get('/users'));
    } catch (thrown) {
      this.summaryFailure.set(ApiFailure.from(thrown));
    }
  }
}
