import { Component, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzCheckboxModule } from 'ng-zorro-antd/checkbox';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NZ_MODAL_DATA, NzModalRef } from 'ng-zorro-antd/modal';
import type { Node } from '../api';

export interface ReasonAsk {
  readonly deed: 'drain' | 'maintain';
  readonly nodes: readonly Node[];
  /** Nodes of the selection that it does not fit. */
  readonly skipped: number;
}

export interface Reason {
  readonly reason: string;
  /** Of a drain: also stop what fits nowhere else. */
  readonly force: boolean;
}

/** Says what draining or maintenance means for the nodes, and asks why. */
@Component({
  selector: 'os-reason-dialog',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzCheckboxModule, NzIconModule, NzInputModule],
  template: `
    <form class="dialog" *transloco="let t" (ngSubmit)="dialog.close({ reason: reason().trim(), force: force() })">
      <h2>{{ t('nodes.reason.' + ask.deed + 'Title', { count: ask.nodes.length, name: ask.nodes[0]?.name }) }}</h2>
      <p class="muted">{{ t('nodes.reason.' + ask.deed) }}</p>
      @if (ask.nodes.length > 1) {<p class="names">{{ names }}</p>}
      @if (ask.skipped > 0) {<p class="muted small">{{ t('nodes.bulk.skipped', { count: ask.skipped }) }}</p>}
      <div class="field">
        <label for="reason-text">{{ t('nodes.reason.why') }} <span class="faint">{{ t('nodes.optional') }}</span></label>
        <input nz-input id="reason-text" name="reason" maxlength="200" autocomplete="off" [(ngModel)]="reason" cdkFocusInitial />
        <p class="field-help">{{ t('nodes.reason.whyHelp') }}</p>
      </div>
      @if (ask.deed === 'drain') {
        <label nz-checkbox name="force" [(ngModel)]="force">{{ t('nodes.reason.force') }}</label>
        @if (force()) {<p class="note after" data-tone="warn"><nz-icon nzType="warning" nzTheme="fill" /><span>{{ t('nodes.reason.forceWarning') }}</span></p>}
      }
      <footer>
        <button nz-button type="button" (click)="dialog.close()">{{ t('kit.confirm.cancel') }}</button>
        <button nz-button nzType="primary" [nzDanger]="force()" type="submit">{{ t('nodes.deed.' + ask.deed) }}</button>
      </footer>
    </form>
  `,
  styles: `.names { max-height: 88px; overflow: auto; overflow-wrap: anywhere; } .after { margin: 12px 0 0 !important; }`,
})
export class ReasonDialog {
  protected readonly ask = inject<ReasonAsk>(NZ_MODAL_DATA);
  protected readonly dialog = inject<NzModalRef<ReasonDialog, Reason>>(NzModalRef);
  protected readonly names = this.ask.nodes.map(({ name }) => name).join(', ');
  protected readonly reason = signal('');
  protected readonly force = signal(false);
}
