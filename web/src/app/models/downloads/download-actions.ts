import { Service, inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Api, type Download } from '../../api';
import { FailureToast } from '../../refusals';
import { ConfirmDialog, formatBytes } from '../../ui-kit';

export type DownloadDeed = 'pause' | 'resume' | 'retry' | 'cancel';

/** What can be done with a download that is there: asks before bytes are thrown away, and says what was refused. */
@Service()
export class DownloadActions {
  private readonly api = inject(Api);
  private readonly refusals = inject(FailureToast);
  private readonly confirmation = inject(ConfirmDialog);
  private readonly words = inject(TranslocoService);
  private readonly messages = inject(NzMessageService);

  async perform(deed: DownloadDeed, download: Download): Promise<void> {
    if (deed === 'cancel' && !(await this.agreed(download))) return;
    try {
      await this.send(deed, download.id);
      this.messages.success(this.words.translate(`models.download.done.${deed}`, { name: download.name }));
    } catch (thrown) {
      this.refusals.show(thrown);
    }
  }

  private send(deed: DownloadDeed, id: string): Promise<unknown> {
    const params = { id };
    switch (deed) {
      case 'pause':
        return this.api.post('/downloads/{id}/pause', { params });
      case 'resume':
        return this.api.post('/downloads/{id}/resume', { params });
      case 'retry':
        return this.api.post('/downloads/{id}/retry', { params });
      case 'cancel':
        return this.api.post('/downloads/{id}/cancel', { params });
    }
  }

  private agreed({ name, operation }: Download): Promise<boolean> {
    const say = (key: string, values: object = {}) => this.words.translate(`models.download.cancelDialog.${key}`, values);
    const done = operation.transfer?.bytesDone ?? 0;
    return this.confirmation.confirm({ title: say('title', { name }), consequences: [done > 0 ? say('bytes', { bytes: formatBytes(done) }) : say('queue'), say('pauseInstead')], danger: true, action: say('confirm') });
  }
}

/** The deeds that an operation allows now, as buttons show them. */
export function deedsOf({ operation }: Download): readonly DownloadDeed[] {
  return (['pause', 'resume', 'retry', 'cancel'] as const).filter((deed) => (operation.can as readonly string[]).includes(deed));
}
