import { Component, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NZ_MODAL_DATA, NzModalRef } from 'ng-zorro-antd/modal';
import type { Gpu } from '../../api';

/** Says what quarantine means and asks why; closes with the reason. */
@Component({
  selector: 'os-quarantine-dialog',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzInputModule],
  template: `
    <form class="dialog" *transloco="let t" (ngSubmit)="dialog.close(reason().trim())">
      <h2>{{ t('nodes.gpu.quarantineTitle', { index: gpu.index }) }}</h2>
      <p class="muted">{{ t('nodes.gpu.quarantineText') }}</p>
      <div class="field">
        <label for="quarantine-reason">{{ t('nodes.reason.why') }} <span class="faint">{{ t('nodes.optional') }}</span></label>
        <input nz-input id="quarantine-reason" name="reason" maxlength="200" autocomplete="off" [(ngModel)]="reason" cdkFocusInitial />
      </div>
      <footer>
        <button nz-button type="button" (click)="dialog.close()">{{ t('kit.confirm.cancel') }}</button>
        <button nz-button nzType="primary" type="submit">{{ t('nodes.gpu.quarantine') }}</button>
      </footer>
    </form>
  `,
})
export class QuarantineDialog {
  protected readonly gpu = inject<Gpu>(NZ_MODAL_DATA);
  protected readonly dialog = inject<NzModalRef<QuarantineDialog, string>>(NzModalRef);
  protected readonly reason = signal('');
}
