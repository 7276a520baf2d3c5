import { NgTemplateOutlet } from '@angular/common';
import { Component, TemplateRef, computed, contentChild, inject, input } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { Session } from '../api';
import { ErrorState, Skeleton } from '../ui-kit';
import type { SettingsForm } from './settings-form';

/** Around the fields of a page of settings (its `<ng-template>`): waiting, failing, saving, giving up, and a word before leaving with changes. */
@Component({
  selector: 'os-settings-frame',
  imports: [FormsModule, NgTemplateOutlet, TranslocoDirective, NzButtonModule, ErrorState, Skeleton],
  template: `
    <div class="card" *transloco="let t">
      @if (form().draft()) {
        <form [style.max-width.px]="width()" (ngSubmit)="form().save()" novalidate>
          @if (form().failure(); as failure) {@if (!failure.field) {<os-error class="failure" [failure]="failure" (retry)="form().save()" />}}
          <ng-container [ngTemplateOutlet]="fields()" />
          @if (mayChange()) {
            <footer>
              <button nz-button nzType="primary" type="submit" [disabled]="!form().changed() || !form().valid()" [nzLoading]="form().busy()">{{ t('settings.general.save') }}</button>
              @if (form().changed()) {<button nz-button type="button" (click)="form().discard()">{{ t('settings.general.discard') }}</button>}
            </footer>
          } @else {<p class="field-help">{{ t('settings.general.readOnly') }}</p>}
        </form>
      } @else if (form().failure(); as failure) {<os-error [failure]="failure" (retry)="form().load()" />}
      @else {<os-skeleton [count]="4" />}
    </div>
  `,
  styles: `
    :host { display: block; }
    form { padding: 20px 24px 24px; }
    .failure { margin-bottom: 16px; }
    footer { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 24px; }
  `,
  host: { '(window:beforeunload)': 'warn($event)' },
})
export class SettingsFrame {
  private readonly session = inject(Session);

  readonly form = input.required<Pick<SettingsForm<unknown, object>, 'draft' | 'failure' | 'changed' | 'valid' | 'busy' | 'save' | 'discard' | 'load'>>();
  /** Of the fields, in pixels. */
  readonly width = input(520);
  protected readonly fields = contentChild.required(TemplateRef);
  protected readonly mayChange = computed(() => this.session.can('settings.write'));

  protected warn(event: Event): void {
    if (this.form().changed()) event.preventDefault();
  }
}
