import { Component, inject, input, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { Api, ApiFailure, type Model } from '../../api';
import { ErrorState } from '../../ui-kit';

/** What colleagues should know of a model; edited in place. */
@Component({
  selector: 'os-model-description',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzIconModule, NzInputModule, ErrorState],
  template: `
    <ng-container *transloco="let t">
      @if (editing()) {
        <form (ngSubmit)="save()">
          @if (failure(); as failed) {<os-error [failure]="failed" (retry)="save()" />}
          <textarea nz-input name="description" rows="3" maxlength="500" [(ngModel)]="text" [attr.aria-label]="t('models.facts.description')" (keydown.escape)="editing.set(false)"></textarea>
          <div class="buttons"><button nz-button nzType="primary" nzSize="small" type="submit" [nzLoading]="busy()">{{ t('models.detail.save') }}</button><button nz-button nzSize="small" type="button" (click)="editing.set(false)">{{ t('kit.confirm.cancel') }}</button></div>
        </form>
      } @else {
        <p>@if (model().description) { {{ model().description }} } @else {<span class="faint">{{ t('models.detail.noDescription') }}</span>}
          @if (mayWrite()) {<button nz-button nzType="text" nzSize="small" type="button" (click)="begin()" [attr.aria-label]="t('models.detail.editDescription')" [title]="t('models.detail.editDescription')"><nz-icon nzType="edit" /></button>}
        </p>
      }
    </ng-container>
  `,
  styles: `p { margin: 0 0 12px; max-width: 72ch; overflow-wrap: anywhere; white-space: pre-line; } form { max-width: 72ch; margin-bottom: 12px; } .buttons { display: flex; gap: 8px; margin-top: 8px; }`,
})
export class ModelDescription {
  private readonly api = inject(Api);

  readonly model = input.required<Model>();
  readonly mayWrite = input(false);

  protected readonly editing = signal(false);
  protected readonly text = signal('');
  protected readonly busy = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);

  protected begin(): void {
    this.text.set(this.model().description);
    this.failure.set(null);
    this.editing.set(true);
  }

  protected async save(): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    try {
      await this.api.patch('/models/{id}', { params: { id: this.model().id }, body: { description: this.text().trim() } });
      this.editing.set(false);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }
}
