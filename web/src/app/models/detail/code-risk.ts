import { Component, inject, input, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { Api, ApiFailure, type Model } from '../../api';
import { ConfirmDialog, ErrorState } from '../../ui-kit';

/** Files that can run code when the model is loaded: says which, and lets an administrator approve them or take that back. */
@Component({
  selector: 'os-code-risk',
  imports: [TranslocoDirective, NzButtonModule, NzIconModule, ErrorState],
  template: `
    <ng-container *transloco="let t">
      @let risk = model().codeRisk!;
      <div class="note" [attr.data-tone]="risk.approved ? 'idle' : 'warn'">
        <nz-icon [nzType]="risk.approved ? 'safety-certificate' : 'warning'" />
        <div class="words">
          <strong>{{ t(risk.approved ? 'models.code.approved' : 'models.code.title') }}</strong>
          <p>{{ t('models.code.text') }}</p>
          <p class="mono small">{{ risk.files.slice(0, 8).join(', ') }}@if (risk.files.length > 8) { … {{ t('models.code.more', { count: risk.files.length - 8 }) }}}</p>
          @if (!mayApprove() && !risk.approved) {<p class="small muted">{{ t('models.code.admin') }}</p>}
        </div>
        @if (mayApprove()) {<button nz-button nzSize="small" type="button" [nzLoading]="busy()" (click)="set(!risk.approved)">{{ t(risk.approved ? 'models.code.withdraw' : 'models.code.approve') }}</button>}
      </div>
      @if (failure(); as failed) {<os-error [failure]="failed" (retry)="failure.set(null)" />}
    </ng-container>
  `,
  styles: `.words { flex: 1; min-width: 0; } p { margin: 2px 0 0; overflow-wrap: anywhere; } @media (max-width: 720px) { .note { flex-wrap: wrap; } .words { flex-basis: calc(100% - 30px); } }`,
})
export class CodeRisk {
  private readonly api = inject(Api);
  private readonly confirmation = inject(ConfirmDialog);
  private readonly words = inject(TranslocoService);

  readonly model = input.required<Model>();
  readonly mayApprove = input(false);

  protected readonly busy = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);

  protected async set(approveCode: boolean): Promise<void> {
    const say = (key: string) => this.words.translate(`models.code.${key}`, { name: this.model().name });
    if (approveCode && !(await this.confirmation.confirm({ title: say('confirmTitle'), consequences: [say('confirmRuns'), say('confirmTrust')], danger: true, action: say('approve') }))) return;
    this.busy.set(true);
    this.failure.set(null);
    try {
      await this.api.patch('/models/{id}', { params: { id: this.model().id }, body: { approveCode } });
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }
}
