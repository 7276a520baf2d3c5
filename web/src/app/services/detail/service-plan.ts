import { Component, computed, effect, inject, signal, untracked } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { Api, ApiFailure, type Plan, type Service } from '../../api';
import { ErrorState, Skeleton, StateTag } from '../../ui-kit';
import { PlanView } from '../plan/plan-view';
import { ServiceContext } from './service-context';

/** What the planner says now about one more instance like these, with a reason for every card and node. */
@Component({
  selector: 'os-service-plan',
  imports: [TranslocoDirective, NzButtonModule, NzIconModule, ErrorState, PlanView, Skeleton, StateTag],
  template: `
    <section class="card" *transloco="let t">
      <h2>{{ t('services.planTab.title') }}
        @if (plan(); as found) {<os-state-tag [tone]="found.fits ? 'ok' : 'bad'" [label]="t(found.fits ? 'services.plan.fits' : 'services.plan.doesNotFit')" />}
        <button nz-button nzSize="small" type="button" [nzLoading]="asking()" (click)="retry()"><nz-icon nzType="reload" />{{ t('services.planTab.again') }}</button>
      </h2>
      <div class="card-body">
        <p class="help">{{ t('services.planTab.lead') }}</p>
        @if (failure(); as failed) {<os-error [failure]="failed" (retry)="retry()" />}
        @if (plan(); as found) {<os-plan-view [plan]="found" [model]="context.model()" [allCards]="true" />} @else if (!failure()) {<os-skeleton [count]="4" />}
      </div>
    </section>
  `,
  styles: `
    .card { max-width: 860px; }
    h2 button { margin-left: auto; }
    .help { margin: 0 0 16px; color: var(--os-text-2); max-width: 96ch; }
  `,
})
export class ServicePlan {
  private readonly api = inject(Api);
  protected readonly context = inject(ServiceContext);

  protected readonly plan = signal<Plan | null>(null);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly asking = signal(false);
  private turn = 0;
  /** Asked again when it would be another question, not whenever an instance moves. */
  private readonly question = computed(() => {
    const service = this.context.service();
    return service === null ? '' : [service.id, service.revision, service.instances.length].join();
  });

  constructor() {
    effect(() => {
      if (this.question() !== '') untracked(() => this.retry());
    });
  }

  protected retry(): void {
    const service = this.context.service();
    if (service !== null) void this.ask(service);
  }

  private async ask({ id }: Service): Promise<void> {
    const turn = (this.turn += 1);
    this.asking.set(true);
    try {
      const plan = await this.api.post('/services/{id}/instances/plan', { params: { id }, body: { nodeIds: [], cards: [] } });
      if (turn !== this.turn) return;
      this.plan.set(plan);
      this.failure.set(null);
    } catch (thrown) {
      if (turn === this.turn) this.failure.set(ApiFailure.from(thrown));
    } finally {
      if (turn === this.turn) this.asking.set(false);
    }
  }
}
