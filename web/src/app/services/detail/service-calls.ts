import { Component, computed, effect, inject, untracked } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { FormsModule } from '@angular/forms';
import { ActivatedRoute, Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { NzSwitchModule } from 'ng-zorro-antd/switch';
import { EmptyState, ErrorState, Skeleton } from '../../ui-kit';
import { CallTable, outcomes } from '../../usage';
import { CallStore } from './call-store';
import { ServiceContext } from './service-context';

/** The guide's service log, newest first, with how each call ended. */
@Component({
  selector: 'os-service-calls',
  imports: [FormsModule, RouterLink, TranslocoDirective, NzButtonModule, NzIconModule, NzSelectModule, NzSwitchModule, CallTable, EmptyState, ErrorState, Skeleton],
  providers: [CallStore],
  templateUrl: './service-calls.html',
  styles: `
    nz-select { width: 180px; }
    .more { display: flex; justify-content: center; padding: 12px; border-top: 1px solid var(--os-line-soft); color: var(--os-text-3); font-size: 12px; }
    os-error { margin-bottom: 12px; }
  `,
})
export class ServiceCalls {
  protected readonly context = inject(ServiceContext);
  protected readonly store = inject(CallStore);
  private readonly router = inject(Router);
  private readonly route = inject(ActivatedRoute);
  private readonly query = toSignal(this.route.queryParamMap, { requireSync: true });

  protected readonly outcomes = outcomes;
  protected readonly zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  protected readonly outcome = computed(() => this.query().get('outcome') ?? '');

  constructor() {
    effect(() => {
      const [id, outcome] = [this.context.id(), this.outcome()];
      if (id !== '') untracked(() => this.store.show(id, outcome));
    });
  }

  protected filter(outcome: string | null): void {
    void this.router.navigate([], { relativeTo: this.route, queryParams: { outcome: outcome || null }, replaceUrl: true });
  }
}
