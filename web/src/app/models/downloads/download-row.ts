import { Component, computed, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import type { Download } from '../../api';
import { OperationProgress } from '../../operations';
import { BytesPipe, RelativeTime, StateTag } from '../../ui-kit';
import { WordPipe } from '../../wording';
import { DownloadButtons } from './download-buttons';
import { DownloadFiles } from './download-files';
import { downloadTone } from './download-tone';

/** One download: what, where from, how far, why it stands still, and its files when unfolded. */
@Component({
  selector: 'os-download-row',
  imports: [RouterLink, TranslocoDirective, NzIconModule, BytesPipe, DownloadButtons, DownloadFiles, OperationProgress, RelativeTime, StateTag],
  templateUrl: './download-row.html',
  styleUrl: './download-row.scss',
})
export class DownloadRow {
  private readonly word = inject(WordPipe);

  readonly download = input.required<Download>();
  readonly mayWrite = input(false);
  readonly unfolded = input(false);
  readonly toggled = output();
  readonly openLog = output();

  protected readonly tone = computed(() => downloadTone[this.download().state]);
  protected readonly moving = computed(() => ['active', 'waiting', 'paused', 'queued'].includes(this.download().state));
  /** Our word for the failure; empty when there is none. */
  protected readonly known = computed(() => this.word.transform(this.download().operation.failureCode ?? '', 'failure', ''));
  protected readonly why = computed(() => this.download().operation.failure ?? this.download().message);
}
