import { Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzSpinModule } from 'ng-zorro-antd/spin';
import { StateTag, failureWords } from '../../ui-kit';
import { SaidPipe } from '../../wording';
import { PlanView } from '../plan/plan-view';
import { DeployStore, shownFields } from './deploy-store';

/** What would happen, as it changes. */
@Component({
  selector: 'os-plan-panel',
  imports: [TranslocoDirective, NzButtonModule, NzSpinModule, PlanView, SaidPipe, StateTag],
  templateUrl: './plan-panel.html',
  styleUrl: './plan-panel.scss',
})
export class PlanPanel {
  protected readonly store = inject(DeployStore);
  /** A failure that no input shows: then the panel has to. */
  protected readonly failure = computed(() => {
    const failure = this.store.planFailure();
    if (failure === null || (shownFields as readonly string[]).includes(failure.field?.split('.')[0] ?? '')) return null;
    return failureWords(failure);
  });
}
