import { Component, computed, inject, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import type { Download } from '../../api';
import { DownloadActions, deedsOf, type DownloadDeed } from './download-actions';

const icons: Readonly<Record<DownloadDeed, string>> = { pause: 'pause-circle', resume: 'play-circle', retry: 'reload', cancel: 'close' };

/** Log, pause, go on, try again and cancel: the ones that fit a download now. */
@Component({
  selector: 'os-download-buttons',
  imports: [TranslocoDirective, NzButtonModule, NzIconModule],
  template: `
    <ng-container *transloco="let t">
      <button nz-button nzType="text" nzSize="small" type="button" (click)="openLog.emit()" [attr.aria-label]="t('models.download.log') + ': ' + download().name" [title]="t('models.download.log')"><nz-icon nzType="file-text" /></button>
      @if (mayWrite()) {
        @for (deed of deeds(); track deed) {
          <button nz-button nzType="text" nzSize="small" type="button" [nzDanger]="deed === 'cancel'" (click)="actions.perform(deed, download())" [attr.aria-label]="t('models.download.' + deed) + ': ' + download().name" [title]="t('models.download.' + deed)"><nz-icon [nzType]="icons[deed]" /></button>
        }
      }
    </ng-container>
  `,
  styles: `:host { display: inline-flex; gap: 2px; flex: none; }`,
})
export class DownloadButtons {
  protected readonly actions = inject(DownloadActions);
  protected readonly icons = icons;

  readonly download = input.required<Download>();
  readonly mayWrite = input(false);
  readonly openLog = output();

  protected readonly deeds = computed(() => deedsOf(this.download()));
}
