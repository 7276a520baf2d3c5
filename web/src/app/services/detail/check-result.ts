import { Component, computed, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzModalModule } from 'ng-zorro-antd/modal';
import type { ApiFailure, Instance, InstanceCheck } from '../../api';
import { NumberPipe, ReturnFocus, failureWords } from '../../ui-kit';
import { SaidPipe } from '../../wording';

/** What a check found out, or why it could not be made. */
export interface CheckOutcome {
  readonly instance: Instance;
  readonly result?: InstanceCheck;
  readonly failure?: ApiFailure;
}

@Component({
  selector: 'os-check-result',
  hostDirectives: [ReturnFocus],
  imports: [TranslocoDirective, NzButtonModule, NzIconModule, NzModalModule, NumberPipe, SaidPipe],
  template: `
    <nz-modal *transloco="let t" [nzVisible]="true" [nzTitle]="t('services.check.ok')" [nzFooter]="null" nzWidth="440px" (nzOnCancel)="closed.emit()">
      <ng-container *nzModalContent>
        <div class="verdict" [attr.data-tone]="ok() ? 'ok' : 'bad'" role="status">
          <nz-icon [nzType]="ok() ? 'check-circle' : 'close-circle'" nzTheme="fill" aria-hidden="true" />
          <div>
            <strong>{{ t(ok() ? 'services.check.okText' : 'services.check.failed') }}</strong>
            @if (outcome().result; as result) {
              <p>{{ t(ok() ? 'services.check.latency' : 'services.check.after', { value: (result.latencyMs | number) }) }}</p>
              @if (!ok() && result.message) {<p>{{ result.message | said }}</p>}
            }
            @if (words(); as failure) {<p>{{ failure.message ? (failure.message | said) : t(failure.title) }}</p>}
            @if (!ok()) {<p class="causes">{{ t('services.check.causes') }}</p>}
          </div>
        </div>
        <footer>
          @if (!ok()) {<button nz-button type="button" (click)="openLog.emit(outcome().instance)">{{ t('services.check.openLog') }}</button>}
          <button nz-button nzType="primary" type="button" (click)="closed.emit()">{{ t('services.check.close') }}</button>
        </footer>
      </ng-container>
    </nz-modal>
  `,
  styles: `
    .verdict { display: flex; gap: 12px; }
    .verdict nz-icon { font-size: 20px; color: var(--os-tone); margin-top: 1px; }
    .verdict > div { min-width: 0; }
    p { margin: 4px 0 0; color: var(--os-text-2); overflow-wrap: anywhere; }
    footer { display: flex; justify-content: flex-end; gap: 8px; margin-top: 24px; }
  `,
})
export class CheckResult {
  readonly outcome = input.required<CheckOutcome>();
  readonly closed = output();
  readonly openLog = output<Instance>();

  protected readonly ok = computed(() => this.outcome().result?.ok === true);
  protected readonly words = computed(() => {
    const { failure } = this.outcome();
    return failure ? failureWords(failure) : null;
  });
}
