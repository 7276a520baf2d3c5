import { Component, computed, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzCheckboxModule } from 'ng-zorro-antd/checkbox';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NZ_MODAL_DATA, NzModalRef } from 'ng-zorro-antd/modal';
import type { Bootstrap, ServerCredential } from '../../api';
import { CredentialFields } from '../add/credential-fields';
import { credentialOf, credentialProblems, noCredential } from '../add/credential-draft';

export interface CredentialAsk {
  readonly deed: 'retry' | 'giveUp';
  readonly bootstrap: Bootstrap;
}

export interface CredentialAnswer {
  /** Absent: what is still in memory is used, or, when giving up, only the controller's side is cleaned. */
  readonly credential?: ServerCredential;
  readonly user?: string;
}

/** Before a job is taken up or taken back: asks for the credential again where it is gone. */
@Component({
  selector: 'os-credential-dialog',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzCheckboxModule, NzInputModule, CredentialFields],
  template: `
    <form class="dialog" *transloco="let t" (ngSubmit)="accept()">
      <h2>{{ t('nodes.setup.' + ask.deed + 'Title', { host: ask.bootstrap.host }) }}</h2>
      <p class="muted">{{ t('nodes.setup.' + ask.deed + 'Text') }}</p>
      @if (ask.bootstrap.hasCredential) {
        <label nz-checkbox name="other" [(ngModel)]="other">{{ t('nodes.setup.otherCredential') }}</label>
      } @else if (ask.deed === 'giveUp') {
        <label nz-checkbox name="clean" [(ngModel)]="other">{{ t('nodes.setup.cleanServer') }}</label>
        @if (!other()) {<p class="field-help">{{ t('nodes.setup.leftBehind') }}</p>}
      } @else {<p class="muted">{{ t('nodes.setup.needsAgain') }}</p>}
      @if (asks()) {<os-credential-fields class="fields" [(draft)]="draft" [problems]="problems()" [tried]="tried()" />}
      <footer>
        <button nz-button type="button" (click)="dialog.close()">{{ t('kit.confirm.cancel') }}</button>
        <button nz-button nzType="primary" [nzDanger]="ask.deed === 'giveUp'" type="submit">{{ t('nodes.setup.' + ask.deed) }}</button>
      </footer>
    </form>
  `,
  styles: `.fields { display: block; margin-top: 16px; }`,
})
export class CredentialDialog {
  protected readonly ask = inject<CredentialAsk>(NZ_MODAL_DATA);
  protected readonly dialog = inject<NzModalRef<CredentialDialog, CredentialAnswer>>(NzModalRef);

  protected readonly draft = signal({ ...noCredential, user: this.ask.bootstrap.user });
  protected readonly tried = signal(false);
  /** Ticked: a credential is given although the job could go without. */
  protected readonly other = signal(false);
  protected readonly asks = computed(() => this.other() || (this.ask.deed === 'retry' && !this.ask.bootstrap.hasCredential));
  protected readonly problems = computed(() => credentialProblems(this.draft()));

  protected accept(): void {
    this.tried.set(true);
    if (!this.asks()) this.dialog.close({});
    else if (Object.keys(this.problems()).length === 0) this.dialog.close({ credential: credentialOf(this.draft()), user: this.draft().user.trim() });
  }
}
