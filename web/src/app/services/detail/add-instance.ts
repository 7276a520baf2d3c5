import { Component, computed, inject, input, linkedSignal, output, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NzModalModule } from 'ng-zorro-antd/modal';
import { NzSpinModule } from 'ng-zorro-antd/spin';
import { Api, ApiFailure, LiveStore, type Service } from '../../api';
import { Detail, DetailList, ErrorState, FieldError, ReturnFocus, StateTag, failureWords } from '../../ui-kit';
import { LivePlan } from '../deploy/live-plan';
import type { Place } from '../deploy/node-tree';
import { PlacePicker } from '../deploy/place-picker';
import { engineName } from '../engine-names';
import { PlanView } from '../plan/plan-view';

/** One more instance of the same kind: only where is asked, and even that may stay open. */
@Component({
  selector: 'os-add-instance',
  hostDirectives: [ReturnFocus],
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzModalModule, NzSpinModule, Detail, DetailList, ErrorState, FieldError, PlacePicker, PlanView, StateTag],
  templateUrl: './add-instance.html',
  styles: `
    .lead { margin: 0 0 16px; color: var(--os-text-2); }
    .same { padding: 12px 16px; border-radius: 8px; background: var(--os-sunken); margin-bottom: 16px; }
    .halves { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 16px 24px; }
    .plan { min-width: 0; padding: 12px 16px; border: 1px solid var(--os-line-soft); border-radius: 8px; max-height: 520px; overflow-y: auto; }
    header { display: flex; align-items: center; justify-content: space-between; gap: 12px; min-height: 24px; margin-bottom: 12px; }
    h3 { margin: 0; font-size: 14px; line-height: 22px; font-weight: 600; }
    .checking { display: inline-flex; align-items: center; gap: 8px; font-size: 12px; color: var(--os-text-2); }
    code { overflow-wrap: anywhere; }
    footer { display: flex; justify-content: flex-end; gap: 8px; margin-top: 24px; }
    @media (max-width: 900px) { .halves { grid-template-columns: minmax(0, 1fr); } .plan { max-height: none; } }
  `,
})
export class AddInstance {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);
  private readonly message = inject(NzMessageService);
  private readonly transloco = inject(TranslocoService);

  readonly service = input.required<Service>();
  readonly closed = output();

  protected readonly engineName = engineName;
  private readonly id = computed(() => this.service().id);
  protected readonly place = linkedSignal<string, Place>({ source: this.id, computation: () => ({ mode: this.service().mode, nodeIds: [], cards: [] }) });
  protected readonly model = computed(() => this.live.models().find(({ id }) => id === this.service().modelId) ?? null);
  /** Asked again when a revision changed what an instance is, not whenever one moves. */
  private readonly question = computed(() => ({ id: this.id(), revision: this.service().revision, body: bodyOf(this.place()) }), { equal: (one, other) => JSON.stringify(one) === JSON.stringify(other) });
  protected readonly asked = new LivePlan(this.question, ({ id, body }, signal) => this.api.post('/services/{id}/instances/plan', { params: { id }, body, signal }));
  protected readonly refused = computed(() => !this.asked.planning() && this.asked.failure() === null && this.asked.plan()?.fits === false);
  protected readonly sending = signal(false);
  private readonly failure = signal<ApiFailure | null>(null);
  protected readonly error = computed(() => {
    const failure = this.failure();
    return failure === null ? null : failureWords(failure);
  });

  protected choose(place: Place): void {
    this.place.set(place);
    this.failure.set(null);
  }

  protected async submit(): Promise<void> {
    if (this.sending() || this.refused()) return;
    this.sending.set(true);
    try {
      await this.api.post('/services/{id}/instances', { params: { id: this.id() }, body: bodyOf(this.place()) });
      this.message.success(this.transloco.translate('services.addInstance.done'));
      this.closed.emit();
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
      // What changed since the last plan is what stands in the way.
      this.asked.again();
    } finally {
      this.sending.set(false);
    }
  }
}

function bodyOf({ nodeIds, cards }: Place) {
  return { nodeIds: [...nodeIds], cards: [...cards] };
}
