import { Component, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzModalModule } from 'ng-zorro-antd/modal';
import { ReturnFocus, SecretPanel } from '../ui-kit';

/** A reset password, shown this once; only "I have stored it" closes. */
@Component({
  selector: 'os-new-password',
  hostDirectives: [ReturnFocus],
  imports: [TranslocoDirective, NzModalModule, SecretPanel],
  template: `
    <nz-modal *transloco="let t" [nzVisible]="true" [nzTitle]="t('users.reset.doneTitle', { name: username() })" [nzFooter]="null" [nzClosable]="false" [nzKeyboard]="false" nzWidth="480px">
      <ng-container *nzModalContent><os-secret-panel [secret]="password()" [hint]="t('users.created.passwordHint')" (stored)="closed.emit()" /></ng-container>
    </nz-modal>
  `,
})
export class NewPassword {
  readonly username = input.required<string>();
  readonly password = input.required<string>();
  readonly closed = output();
}
