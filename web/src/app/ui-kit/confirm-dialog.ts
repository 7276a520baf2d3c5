import { Component, Service, computed, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NZ_MODAL_DATA, NzModalRef } from 'ng-zorro-antd/modal';
import { Dialogs } from './dialogs';

export interface Confirmation {
  readonly title: string;
  readonly body?: string;
  /** What will stop, who is affected, what cannot be undone: one line each. */
  readonly consequences?: readonly string[];
  readonly danger?: boolean;
  /** Verb on the button; the title when absent. */
  readonly action?: string;
  /** Only for the irreversible with traffic: the name that has to be typed. */
  readonly typeToConfirm?: string;
}

@Component({
  selector: 'os-confirm-body',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzIconModule, NzInputModule],
  template: `
    <form *transloco="let t" (ngSubmit)="accept()">
      <h2><nz-icon [nzType]="ask.danger ? 'exclamation-circle' : 'question-circle'" [nzTheme]="ask.danger ? 'fill' : 'outline'" [class.danger]="ask.danger" /> {{ ask.title }}</h2>
      @if (ask.body) {<p>{{ ask.body }}</p>}
      @if (ask.consequences?.length) {<ul>@for (line of ask.consequences; track line) {<li>{{ line }}</li>}</ul>}
      @if (ask.typeToConfirm) {
        <label for="os-confirm-name">{{ t('kit.confirm.type') }} <code>{{ ask.typeToConfirm }}</code></label>
        <input id="os-confirm-name" nz-input name="typed" autocomplete="off" [ngModel]="typed()" (ngModelChange)="typed.set($event)" />
      }
      <footer>
        <button nz-button type="button" (click)="dialog.close(false)">{{ t('kit.confirm.cancel') }}</button>
        <button nz-button nzType="primary" [nzDanger]="ask.danger ?? false" type="submit" [disabled]="!allowed()" [attr.cdkFocusInitial]="ask.danger ? null : ''">{{ ask.action ?? ask.title }}</button>
      </footer>
    </form>
  `,
  styles: `
    h2 { display: flex; gap: 10px; margin: 0 0 8px; font-size: 16px; line-height: 24px; font-weight: 600; overflow-wrap: anywhere; }
    h2 nz-icon { font-size: 20px; line-height: 24px; color: var(--os-brand); flex: none; }
    h2 nz-icon.danger { color: var(--os-warn); }
    p, ul, label, input { margin: 0 0 12px 30px; }
    p { color: var(--os-text-2); }
    ul { padding-left: 18px; color: var(--os-text-2); }
    li { margin: 2px 0; }
    label { display: block; margin-bottom: 6px; }
    input { width: calc(100% - 30px); }
    footer { display: flex; justify-content: flex-end; gap: 8px; margin-top: 20px; }
  `,
})
export class ConfirmBody {
  protected readonly ask = inject<Confirmation>(NZ_MODAL_DATA);
  protected readonly dialog = inject<NzModalRef<ConfirmBody, boolean>>(NzModalRef);
  protected readonly typed = signal('');
  protected readonly allowed = computed(() => !this.ask.typeToConfirm || this.typed() === this.ask.typeToConfirm);

  protected accept(): void {
    if (this.allowed()) this.dialog.close(true);
  }
}

/** Asks before something stops or is lost; resolves to the answer, `false` also on Esc. */
@Service()
export class ConfirmDialog {
  private readonly dialogs = inject(Dialogs);

  async confirm(confirmation: Confirmation): Promise<boolean> {
    return (await this.dialogs.open<boolean>(ConfirmBody, confirmation, 480)) === true;
  }
}
